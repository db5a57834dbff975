{{/* What `config` says and, behind a proxy, that this one is believed about the address of a customer. */}}
{{- define "matinee.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- if and (hasKey .Values "gateway") (not (hasKey $config "TRUSTED_HOPS")) -}}
{{- if or .Values.ingress.enabled .Values.httpRoute.enabled (include "matinee.gateway" .) -}}
{{- $_ := set $config "TRUSTED_HOPS" 1 -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* Settings that are no secret, read as the environment. */}}
{{- define "matinee.configmap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
data:
  PORT: "8080"
  METRICS_PORT: "9464"
  {{- range $name, $value := include "matinee.config" . | fromYaml }}
  {{ $name }}: {{ ternary ($value | int64) $value (kindIs "float64" $value) | quote }}
  {{- end }}
{{- end -}}

{{/* The secrets of the environment: each from the Secret that is named for it, or from the chart's own. */}}
{{- define "matinee.env" -}}
{{- $name := include "matinee.name" . -}}
{{- with include "matinee.database.env" . }}
{{- . }}
{{- end }}
{{- range $variable, $from := .Values.secrets }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.existingSecret | default $name }}
      key: {{ $from.key | default $variable }}
{{- end }}
{{- end -}}

{{/* The chart's own Secret: what no other Secret is named for. Passwords are made once and kept. */}}
{{- define "matinee.secret" -}}
{{- $name := include "matinee.name" . -}}
{{- $data := dict -}}
{{- range $variable, $from := .Values.secrets -}}
{{- if not $from.existingSecret -}}
{{- $_ := set $data $variable (include "matinee.keptPassword" (list $ $name $variable)) -}}
{{- end -}}
{{- end -}}
{{- with (.Values.database).url -}}
{{- $_ := set $data "database-url" (b64enc .) -}}
{{- end -}}
{{- if $data -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
  {{- with include "matinee.database.kind" . }}
  {{- if dig "persistence" "keep" false (index $.Values .) }}
  annotations:
    # As long as the data, which were written with it.
    helm.sh/resource-policy: keep
  {{- end }}
  {{- end }}
type: Opaque
data:
  {{- toYaml $data | nindent 2 }}
{{- end -}}
{{- end -}}
