{{/* A separate Service for metrics, so that no NodePort exposes them. */}}
{{- define "matinee.servicemonitor" -}}
{{- if .Values.monitoring.enabled -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "matinee.metrics.metadata" . | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "matinee.selectorLabels" . | nindent 4 }}
  ports:
    - name: metrics
      port: 9464
      targetPort: metrics
      appProtocol: http
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ include "matinee.name" . }}-metrics
      app.kubernetes.io/instance: {{ .Release.Name }}
  endpoints:
    - port: metrics
      interval: {{ .Values.monitoring.interval }}
      # Keep the services' own label `service`. Otherwise Prometheus would rename it to `exported_service`.
      honorLabels: true
{{- end -}}
{{- end -}}

{{- define "matinee.metrics.metadata" -}}
{{ include "matinee.helperMetadata" (list . "metrics") }}
{{- end -}}

{{/* Rules for every service; `monitoring.rules` adds those of one service. */}}
{{- define "matinee.prometheusrule" -}}
{{- if .Values.monitoring.enabled -}}
{{- $name := include "matinee.name" . -}}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  groups:
    - name: matinee-{{ $name }}
      rules:
        - alert: MatineeServiceDown
          expr: absent(up{service="{{ $name }}-metrics"} == 1)
          for: 1m
          labels: {severity: critical, service: {{ $name }}}
          annotations:
            summary: No pod of {{ $name }} answers Prometheus
        - alert: MatineeServerErrors
          expr: |
            sum(rate(http_request_duration_seconds_count{service="{{ $name }}",status=~"5.."}[5m]))
              / sum(rate(http_request_duration_seconds_count{service="{{ $name }}"}[5m])) > 0.01
          for: 5m
          labels: {severity: warning, service: {{ $name }}}
          annotations:
            summary: More than 1 % of the requests to {{ $name }} fail
        - alert: MatineeSlowRequests
          expr: |
            histogram_quantile(0.99, sum by (le) (
              rate(http_request_duration_seconds_bucket{service="{{ $name }}"}[5m]))) > 1
          for: 5m
          labels: {severity: warning, service: {{ $name }}}
          annotations:
            summary: 1 % of the requests to {{ $name }} take more than 1 s
        - alert: MatineeBreakerOpen
          expr: max by (dependency) (circuit_breaker_state{service="{{ $name }}"}) == 1
          for: 1m
          labels: {severity: warning, service: {{ $name }}}
          annotations:
            summary: "The circuit breaker of {{ $name }} for {{ "{{ $labels.dependency }}" }} has been open for a minute"
        # A job that has not succeeded since its pod started is 0. One replica's success is enough.
        - alert: MatineeJobStalled
          expr: time() - max by (job) (job_last_success_timestamp_seconds{service="{{ $name }}"}) > 120
          for: 2m
          labels: {severity: warning, service: {{ $name }}}
          annotations:
            summary: "The job {{ "{{ $labels.job }}" }} of {{ $name }} has not succeeded for at least 2 minutes"
        {{- with .Values.monitoring.rules }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}
{{- end -}}
