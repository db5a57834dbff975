{{- define "matinee.notes" -}}
{{ .Chart.Name }} is at http://{{ include "matinee.name" . }} in the namespace {{ .Release.Namespace }}. Wait for it, then test it:

  kubectl --namespace {{ .Release.Namespace }} rollout status deployment {{ include "matinee.name" . }}
  helm --namespace {{ .Release.Namespace }} test {{ .Release.Name }}
{{- end -}}

{{- define "matinee.database.notes" -}}
{{ .Chart.Name }} is at {{ include "matinee.name" . }}:{{ include (printf "%s.port" .Chart.Name) . }} in the namespace {{ .Release.Namespace }}. A user's URL is in its Secret:

  kubectl --namespace {{ .Release.Namespace }} get secret {{ include "matinee.database.passwordSecret" . }} --output jsonpath='{.data.USER-url}' | base64 --decode
{{ if not .Values.persistence.keep }}
helm uninstall deletes the data and the passwords. To keep both: --set persistence.keep=true
{{- end }}
{{- end -}}
