{{/* A pod of the service's image that runs to completion: (dict "context" $ "role" "seed" "args" (list …) "env" (list …)). */}}
{{- define "matinee.helperPod" -}}
{{- $ := .context -}}
serviceAccountName: {{ include "matinee.name" $ }}-{{ .role }}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
{{- with $.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "matinee.podSecurity" (list 65532) | nindent 2 }}
containers:
  - name: {{ .role }}
    image: {{ include "matinee.image" $ }}
    imagePullPolicy: {{ $.Values.image.pullPolicy }}
    args:
      {{- toYaml .args | nindent 6 }}
    {{- with .env }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- include "matinee.containerSecurity" $ | nindent 6 }}
    resources:
      requests: {cpu: 10m, memory: 32Mi}
      limits: {memory: 128Mi}
{{- end -}}

{{/* Its own identity, because it may do less than the service; (list $ "seed"). */}}
{{- define "matinee.helperServiceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "matinee.helperMetadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}

{{/* `helm test`: runs the chart's files/api-test.mjs against its Service. */}}
{{- define "matinee.test" -}}
{{- $name := include "matinee.name" . -}}
{{ include "matinee.helperServiceAccount" (list . "test") }}
---
apiVersion: v1
kind: Pod
metadata:
  {{- include "matinee.helperMetadata" (list . "test") | nindent 2 }}
    {{- with include "matinee.mesh.podLabels" . }}
    {{- . | nindent 4 }}
    {{- end }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  {{- $url := dict "name" "URL" "value" (printf "http://%s" $name) }}
  {{- $env := list $url }}
  {{- with include "matinee.test.env" . | fromYamlArray }}
  {{- $env = concat $env . }}
  {{- end }}
  {{- $args := list "--input-type=module" "--eval" (.Files.Get "files/api-test.mjs") }}
  {{- include "matinee.helperPod" (dict "context" . "role" "test" "args" $args "env" $env) | nindent 2 }}
{{- end -}}

{{/* The admin token, for tests that add something and delete it. */}}
{{- define "matinee.test.env" -}}
{{- with (.Values.secrets).ADMIN_TOKEN -}}
- name: ADMIN_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | default (include "matinee.name" $) }}
      key: {{ .key | default "ADMIN_TOKEN" }}
{{- end -}}
{{- end -}}
