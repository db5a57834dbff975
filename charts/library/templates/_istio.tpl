{{- define "matinee.mesh" -}}
{{- if or .Values.istio.enabled ((.Values.global).istio).enabled -}}true{{- end -}}
{{- end -}}

{{/* Fails the installation if the cluster lacks an API; (list $ "api/version" "what to do"). Without a cluster, as in
`helm template`, Helm cannot know. apiregistration.k8s.io tells the cases apart: every API server has it, and Helm's built-in
list does not. */}}
{{- define "matinee.requireApi" -}}
{{- $has := (index . 0).Capabilities.APIVersions -}}
{{- if and ($has.Has "apiregistration.k8s.io/v1") (not ($has.Has (index . 1))) -}}
{{- fail (index . 2) -}}
{{- end -}}
{{- end -}}

{{- define "matinee.requireIstio" -}}
{{- include "matinee.requireApi" (list . "security.istio.io/v1" "istio.enabled, but this cluster has no Istio (1.31 or newer): make mesh, or istioctl install --filename k8s/istio/operator.yaml") -}}
{{- end -}}

{{- define "matinee.requireGatewayApi" -}}
{{- include "matinee.requireApi" (list . "gateway.networking.k8s.io/v1" "This cluster has no Gateway API: make mesh, or kubectl apply --server-side --filename https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.6.0/standard-install.yaml") -}}
{{- end -}}

{{- define "matinee.mesh.podLabels" -}}
{{- if include "matinee.mesh" . -}}
sidecar.istio.io/inject: "true"
{{- end -}}
{{- end -}}

{{/* The identity in a pod's certificate; (list $ "serviceaccount"). */}}
{{- define "matinee.principal" -}}
{{- $ := index . 0 -}}
{{ $.Values.istio.trustDomain }}/ns/{{ $.Release.Namespace }}/sa/{{ index . 1 }}
{{- end -}}

{{/* A sidecar gets its certificate and configuration from istiod. */}}
{{- define "matinee.networkpolicy.istiod" -}}
{{- if include "matinee.mesh" . -}}
# istiod
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: istio-system
  ports:
    - port: 15012
{{- end -}}
{{- end -}}

{{/* No plain text, except for Prometheus, which has no sidecar. */}}
{{- define "matinee.peerauthentication" -}}
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  mtls:
    mode: STRICT
  {{- if (.Values.monitoring).enabled }}
  portLevelMtls:
    9464:
      mode: PERMISSIVE
  {{- end }}
{{- end -}}

{{/* The callers in the table of calls, each with its methods and paths; everything else is denied. */}}
{{- define "matinee.authorizationpolicy" -}}
{{- $name := include "matinee.name" . -}}
{{- $callers := index (include "matinee.calls" . | fromYaml) $name -}}
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  action: ALLOW
  rules:
    {{- range $caller, $calls := $callers }}
    - from:
        - source:
            principals: [{{ include "matinee.principal" (list $ $caller) }}]
      to:
        {{- range $calls }}
        - operation:
            methods: {{ toJson .methods }}
            paths: {{ toJson .paths }}
        {{- end }}
    {{- end }}
    {{- if not $callers }}
    # No service calls it; the gateway forwards the public's requests.
    - from:
        - source:
            principals: [{{ include "matinee.principal" (list . "matinee-istio") }}]
    {{- end }}
    # `helm test`
    - from:
        - source:
            principals: [{{ include "matinee.principal" (list . (printf "%s-test" $name)) }}]
    {{- if .Values.monitoring.enabled }}
    # Prometheus; the NetworkPolicy keeps it away from the other ports
    - to:
        - operation:
            ports: ["9464"]
    {{- end }}
{{- end -}}

{{/* The hosts that a proxy needs: the services that its service calls, its database, and istio.egressHosts. */}}
{{- define "matinee.sidecar" -}}
{{- $name := include "matinee.name" . -}}
{{- $services := list -}}
{{- range $callee, $callers := include "matinee.calls" . | fromYaml -}}
{{- if hasKey $callers $name -}}{{- $services = append $services $callee -}}{{- end -}}
{{- end -}}
{{- if include "matinee.database.kind" . -}}
{{- $database := include "matinee.database.vendored" . | default (get (.Values.database.podLabels | default dict) "app.kubernetes.io/name") -}}
{{- if not (or $database .Values.istio.egressHosts) -}}
{{- fail (printf "%s: its proxy does not know the database of your own: name its Service, istio.egressHosts={./SERVICE.%s.svc.cluster.local}" $name .Release.Namespace) -}}
{{- end -}}
{{- $services = append $services $database -}}
{{- end -}}
{{- $hosts := list -}}
{{- range compact $services -}}
{{- $hosts = append $hosts (printf "./%s.%s.svc.cluster.local" . $.Release.Namespace) -}}
{{- end -}}
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  workloadSelector:
    labels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  # The service keeps idle connections for 90 s; the proxy must close them first.
  inboundConnectionPool:
    http:
      idleTimeout: 60s
  egress:
    - hosts:
        {{- concat $hosts .Values.istio.egressHosts | default (list "~/*") | toYaml | nindent 8 }}
{{- end -}}

{{- define "matinee.destinationrule" -}}
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
  {{- if and .Values.canary (not (.Values.canary).enabled) }}
  annotations:
    # The canary's subset exists before a route refers to it.
    galley.istio.io/analyze-suppress: IST0173
  {{- end }}
spec:
  host: {{ include "matinee.name" . }}
  trafficPolicy:
    connectionPool:
      {{- toYaml .Values.istio.connectionPool | nindent 6 }}
    {{- if .Values.istio.outlierDetection.enabled }}
    outlierDetection:
      {{- toYaml (omit .Values.istio.outlierDetection "enabled") | nindent 6 }}
    {{- end }}
  {{- if .Values.canary }}
  subsets:
    {{- range list "stable" "canary" }}
    - name: {{ . }}
      labels:
        track: {{ . }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/* Only reads may be retried; by default Istio would retry a POST twice. Event streams have no timeout. */}}
{{- define "matinee.virtualservice" -}}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  hosts: [{{ include "matinee.name" . }}]
  http:
    - name: events
      match:
        - uri: {regex: ".*/events"}
      retries: {attempts: 0}
      {{- include "matinee.virtualservice.route" . | nindent 6 }}
    - name: reads
      match:
        - method: {regex: GET|HEAD}
      {{- include "matinee.virtualservice.common" . | nindent 6 }}
      retries:
        {{- toYaml .Values.istio.retries | nindent 8 }}
    - name: writes
      {{- include "matinee.virtualservice.common" . | nindent 6 }}
      retries: {attempts: 0}
{{- end -}}

{{- define "matinee.virtualservice.common" -}}
timeout: {{ .Values.istio.timeout }}
{{- with .Values.istio.fault }}
fault:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{ include "matinee.virtualservice.route" . }}
{{- end -}}

{{- define "matinee.virtualservice.route" -}}
{{- $name := include "matinee.name" . -}}
route:
  {{- if (.Values.canary).enabled }}
  - destination: {host: {{ $name }}, subset: stable}
    weight: {{ sub 100 .Values.canary.weight }}
  - destination: {host: {{ $name }}, subset: canary}
    weight: {{ .Values.canary.weight }}
  {{- else }}
  - destination:
      host: {{ $name }}
  {{- end }}
{{- end -}}

{{/* All of a service's Istio objects. */}}
{{- define "matinee.istio" -}}
{{- if include "matinee.mesh" . -}}
{{- include "matinee.requireIstio" . -}}
{{ include "matinee.peerauthentication" . }}
---
{{ include "matinee.authorizationpolicy" . }}
---
{{ include "matinee.sidecar" . }}
---
{{ include "matinee.destinationrule" . }}
---
{{ include "matinee.virtualservice" . }}
{{- end -}}
{{- end -}}

{{/* All of a database's Istio objects: only its users may connect, by certificate. */}}
{{- define "matinee.database.istio" -}}
{{- if include "matinee.mesh" . -}}
{{- include "matinee.requireIstio" . -}}
{{ include "matinee.peerauthentication" . }}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  action: ALLOW
  {{- with .Values.users }}
  rules:
    - from:
        - source:
            principals:
              {{- range . }}
              - {{ include "matinee.principal" (list $ .) }}
              {{- end }}
      to:
        - operation:
            ports: [{{ include (printf "%s.port" $.Chart.Name) $ | quote }}]
  {{- end }}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  workloadSelector:
    labels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  egress:
    - hosts: [~/*]
{{- end -}}
{{- end -}}
