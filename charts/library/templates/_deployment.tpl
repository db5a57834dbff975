{{- define "matinee.replicas" -}}
{{ (.Values.global).replicas | default .Values.replicas }}
{{- end -}}

{{- define "matinee.resources" -}}
{{ (.Values.global).resources | default .Values.resources | toYaml }}
{{- end -}}

{{/* The arguments of `npm start`, instead of the image's own with the fast V8 flags. */}}
{{- define "matinee.smallArgs" -}}
{{- $v8 := (.Values.global).v8 | default .Values.v8 -}}
{{- if and (eq $v8 "small") (not .Values.development) -}}
args:
  - --optimize-for-size
  - --max-semi-space-size=2
  - --liftoff-only
  - --no-sparkplug
  - --no-maglev
  - --single-threaded
  - --bytecode-old-age=1
  - --import
  - '@matinee/service-kit/observe/telemetry'
  - dist/main.js
{{- end -}}
{{- end -}}

{{- define "matinee.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ include "matinee.replicas" . }}
  {{- else }}
  {{- with lookup "apps/v1" "Deployment" .Release.Namespace (include "matinee.name" .) }}
  # The current number: without it, an upgrade from fixed replicas would scale down to one pod.
  replicas: {{ .spec.replicas }}
  {{- end }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  selector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "matinee.podLabels" . | nindent 8 }}
        {{- with include "matinee.mesh.podLabels" . }}
        {{- . | nindent 8 }}
        {{- if $.Values.canary }}
        track: stable
        {{- end }}
        {{- end }}
      annotations:
        checksum/config: {{ list (include "matinee.config" . | fromYaml) (.Values.database).url | toJson | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "matinee.name" . }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "matinee.podSecurity" (list 65532) | nindent 8 }}
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "matinee.selectorLabels" . | nindent 14 }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "matinee.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          {{- with include "matinee.smallArgs" . }}
          {{- . | nindent 10 }}
          {{- end }}
          securityContext:
            {{- $security := include "matinee.containerSecurity" . | fromYaml }}
            {{- set $security "readOnlyRootFilesystem" (not .Values.development) | toYaml | nindent 12 }}
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9464
          envFrom:
            - configMapRef:
                name: {{ include "matinee.name" . }}
          {{- with include "matinee.env" . }}
          env:
            {{- . | nindent 12 }}
          {{- end }}
          {{- /* The port `http` of the one that has a gateway is public. */}}
          {{- $probed := ternary "metrics" "http" (hasKey .Values "gateway") }}
          # It listens at once and waits for its database later.
          startupProbe:
            httpGet:
              path: /livez
              port: {{ $probed }}
            periodSeconds: 1
            failureThreshold: 60
          livenessProbe:
            httpGet:
              path: /livez
              port: {{ $probed }}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet:
              path: /readyz
              port: {{ $probed }}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          lifecycle:
            preStop:
              # Requests keep arriving until every node knows that this pod is terminating.
              sleep:
                seconds: {{ .Values.drainSeconds }}
          resources:
            {{- include "matinee.resources" . | nindent 12 }}
{{- end -}}
