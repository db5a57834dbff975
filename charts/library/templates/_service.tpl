{{- define "matinee.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    {{- include "matinee.selectorLabels" . | nindent 4 }}
  {{- $gateway := include "matinee.gateway" . }}
  # With a gateway, the gateway has the node port.
  type: {{ ternary "ClusterIP" .Values.service.type (eq $gateway "true") }}
  ports:
    - name: http
      port: 80
      targetPort: http
      appProtocol: http
      {{- if and .Values.service.nodePort (not $gateway) }}
      nodePort: {{ .Values.service.nodePort }}
      {{- end }}
{{- end -}}

{{- define "matinee.serviceaccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
