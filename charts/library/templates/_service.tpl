{{- define "matinee.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    {{- include "matinee.selectorLabels" . | nindent 4 }}
  type: {{ .Values.service.type }}
  ports:
    - name: http
      port: 80
      targetPort: http
      appProtocol: http
      {{- with .Values.service.nodePort }}
      nodePort: {{ . }}
      {{- end }}
{{- end -}}

{{- define "matinee.serviceaccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
