{{- define "matinee.mesh" -}}
{{- if or .Values.istio.enabled ((.Values.global).istio).enabled -}}true{{- end -}}
{{- end -}}

{{/* Ends the installation where the cluster lacks an API; (list $ "api/version" "what to do"). Without a cluster, as for
`helm template`, nothing is known: that is told by an API which no API server lacks and Helm by itself does not know. */}}
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

{{/* Labels of a pod in the mesh. */}}
{{- define "matinee.mesh.podLabels" -}}
{{- if include "matinee.mesh" . -}}
sidecar.istio.io/inject: "true"
{{- end -}}
{{- end -}}

{{/* Who a pod is, as its certificate says: (list $ "serviceaccount"). */}}
{{- define "matinee.principal" -}}
{{- $ := index . 0 -}}
{{ $.Values.istio.trustDomain }}/ns/{{ $.Release.Namespace }}/sa/{{ index . 1 }}
{{- end -}}

{{/* A sidecar asks istiod for its certificate and configuration. */}}
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

{{/* Nothing in plain text, but for Prometheus, which has no sidecar. */}}
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

{{/* The callers of the table of calls, each with its methods and paths; everything else is refused. */}}
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
    # No service calls it: the gateway lets the world in.
    - from:
        - source:
            principals: [{{ include "matinee.principal" (list . "matinee-istio") }}]
    {{- end }}
    # `helm test`
    - from:
        - source:
            principals: [{{ include "matinee.principal" (list . (printf "%s-test" $name)) }}]
    {{- if .Values.monitoring.enabled }}
    # Prometheus, kept out of the other ports by the NetworkPolicy
    - to:
        - operation:
            ports: ["9464"]
    {{- end }}
{{- end -}}

{{/* What a proxy has to know of: those that its service calls, its database, and what else is named. */}}
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
  # The service keeps idle connections for 90 s: the proxy must be the first to let go.
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
    # The subset of a canary is there before a route names it.
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

{{/* Reads may be tried again, writes never: Istio's own default repeats a POST twice. A stream of events has no end. */}}
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

{{/* All that a service has in the mesh. */}}
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

{{/* All that a database has in the mesh: its users alone, by their certificates. */}}
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
