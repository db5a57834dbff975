{{- define "matinee.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    {{- include "matinee.selectorLabels" . | nindent 4 }}
  {{- $mesh := include "matinee.mesh" . }}
  # In the mesh the gateway holds the node port.
  type: {{ ternary "ClusterIP" .Values.service.type (eq $mesh "true") }}
  ports:
    - name: http
      port: 80
      targetPort: http
      appProtocol: http
      {{- if and .Values.service.nodePort (not $mesh) }}
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
