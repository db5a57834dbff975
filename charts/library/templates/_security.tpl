{{/* What the Pod Security Standard `restricted` requires of a pod; `(list uid)`. */}}
{{- define "matinee.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ index . 0 }}
runAsGroup: {{ index . 0 }}
fsGroup: {{ index . 0 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* … and of a container. */}}
{{- define "matinee.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* A password in base64: the one in the existing Secret, so that upgrades keep it, or a new one;
`(list $ "secret-name" "key")`. */}}
{{- define "matinee.keptPassword" -}}
{{- $ := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $.Release.Namespace (index . 1) -}}
{{- dig "data" (index . 2) (randAlphaNum 32 | b64enc) ($secret | default dict) -}}
{{- end -}}
