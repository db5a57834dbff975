{{/* `config` and, behind a proxy, the setting to trust that proxy about a customer's address. */}}
{{- define "matinee.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- if and (hasKey .Values "gateway") (not (hasKey $config "TRUSTED_HOPS")) -}}
{{- if or .Values.ingress.enabled .Values.httpRoute.enabled (include "matinee.gateway" .) -}}
{{- $_ := set $config "TRUSTED_HOPS" 1 -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* Settings that are not secret, for the environment. */}}
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

{{/* Secret settings: each from its existing Secret, or from the chart's own. */}}
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
{{- if eq $variable "ADMIN_TOKEN" }}
- name: ADMIN_TOKEN_PREVIOUS
  valueFrom:
    secretKeyRef:
      name: {{ $from.existingSecret | default $name }}
      key: ADMIN_TOKEN_PREVIOUS
      optional: true
{{- end }}
{{- end }}
{{- end -}}

{{/* The chart's own Secret, for everything without an existing Secret. Passwords are generated once; upgrades keep them. */}}
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
    # As long as the data that was written with it.
    helm.sh/resource-policy: keep
  {{- end }}
  {{- end }}
type: Opaque
data:
  {{- toYaml $data | nindent 2 }}
{{- end -}}
{{- end -}}
