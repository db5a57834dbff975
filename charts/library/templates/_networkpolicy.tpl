{{- define "matinee.networkpolicy.dns" -}}
# DNS
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end -}}

{{/* Allows its callers in, and the services it calls, its database and DNS out; nothing else. */}}
{{- define "matinee.networkpolicy" -}}
{{- if .Values.networkPolicy.enabled -}}
{{- $name := include "matinee.name" . -}}
{{- $callers := index (include "matinee.calls" . | fromYaml) $name -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- if not $callers }}
    # No service calls it; this is the public API.
    - ports:
        - port: http
    {{- else }}
    - from:
        {{- range append (keys $callers | sortAlpha) (printf "%s-test" $name) }}
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: {{ . }}
        {{- end }}
      ports:
        - port: http
    {{- end }}
    {{- if .Values.monitoring.enabled }}
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: {{ .Values.monitoring.namespace }}
      ports:
        - port: metrics
    {{- end }}
  egress:
    {{- include "matinee.networkpolicy.dns" . | nindent 4 }}
    {{- with include "matinee.networkpolicy.callees" (list . $name) | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with include "matinee.networkpolicy.database" . }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with include "matinee.networkpolicy.istiod" . }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with .Values.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}

{{/* Egress to the services that a caller calls; `(list $ "movie")`. */}}
{{- define "matinee.networkpolicy.callees" -}}
{{- $caller := index . 1 -}}
{{- range $callee, $callers := include "matinee.calls" (index . 0) | fromYaml }}
{{- if hasKey $callers $caller }}
- to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: {{ $callee }}
  ports:
    - port: 8080
{{- end }}
{{- end }}
{{- end -}}

{{- define "matinee.networkpolicy.database" -}}
{{- $kind := include "matinee.database.kind" . -}}
{{- if $kind -}}
{{- $vendored := include "matinee.database.vendored" . -}}
{{- $labels := ternary (dict "app.kubernetes.io/name" $vendored) .Values.database.podLabels (ne $vendored "") -}}
# Its database
- ports:
    - port: {{ .Values.database.port }}
  {{- with $labels }}
  to:
    - podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
  {{- end }}
{{- end -}}
{{- end -}}
