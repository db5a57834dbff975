{{/* The name of a chart's objects: the chart's, whatever the release is called, so that `http://movie` is always the movie
service of its namespace (docs/adr/0008). */}}
{{- define "matinee.name" -}}
{{ .Values.fullnameOverride | default .Chart.Name }}
{{- end -}}

{{- define "matinee.selectorLabels" -}}
app.kubernetes.io/name: {{ include "matinee.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "matinee.labels" -}}
{{ include "matinee.selectorLabels" . }}
{{ include "matinee.commonLabels" . }}
{{- end -}}

{{/* A pod's labels: without the chart's version, which would restart every pod at each release. */}}
{{- define "matinee.podLabels" -}}
{{ include "matinee.selectorLabels" . }}
app.kubernetes.io/part-of: matinee
{{- end -}}

{{/* Labels that no selector uses. */}}
{{- define "matinee.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: matinee
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "matinee.metadata" -}}
name: {{ include "matinee.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "matinee.labels" . | nindent 2 }}
{{- end -}}

{{/* Metadata of a helper beside the service, such as a Job; (list $ "seed"). The Service does not select it. */}}
{{- define "matinee.helperMetadata" -}}
{{- $ := index . 0 -}}
{{- $role := index . 1 -}}
name: {{ include "matinee.name" $ }}-{{ $role }}
namespace: {{ $.Release.Namespace }}
labels:
  {{- include "matinee.helperLabels" . | nindent 2 }}
{{- end -}}

{{- define "matinee.helperLabels" -}}
{{- $ := index . 0 -}}
app.kubernetes.io/name: {{ include "matinee.name" $ }}-{{ index . 1 }}
app.kubernetes.io/instance: {{ $.Release.Name }}
{{ include "matinee.commonLabels" $ }}
{{- end -}}

{{- define "matinee.image" -}}
{{- with .Values.image -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end -}}
