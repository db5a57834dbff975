{{/* Whether the chart creates a Gateway. */}}
{{- define "matinee.gateway" -}}
{{- if or (.Values.gateway).enabled (include "matinee.mesh" .) -}}true{{- end -}}
{{- end -}}

{{- define "matinee.httproute" -}}
{{- if or .Values.httpRoute.enabled (include "matinee.gateway" .) -}}
{{- include "matinee.requireGatewayApi" . -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  parentRefs:
    {{- toYaml .Values.httpRoute.parentRefs | nindent 4 }}
  {{- with .Values.httpRoute.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - backendRefs:
        - name: {{ include "matinee.name" . }}
          port: 80
{{- end -}}
{{- end -}}

{{- define "matinee.ingress" -}}
{{- if .Values.ingress.enabled -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
  {{- with .Values.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .Values.ingress.tlsSecret }}
  tls:
    - secretName: {{ . }}
      {{- with $.Values.ingress.host }}
      hosts: [{{ . }}]
      {{- end }}
  {{- end }}
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ include "matinee.name" . }}
                port:
                  name: http
      {{- with .Values.ingress.host }}
      host: {{ . }}
      {{- end }}
{{- end -}}
{{- end -}}
