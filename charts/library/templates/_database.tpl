{{/*
A database server: one replica, a volume, and a database for each user. Each chart defines what differs between the three:
`<chart>.port`, `<chart>.url` (given `.user`, `.password` and `.host`), and the container's `<chart>.env`, `<chart>.args`,
`<chart>.probe` and `<chart>.mounts`.
*/}}
{{- define "matinee.database.passwordSecret" -}}
{{ .Values.existingSecret | default (include "matinee.name" .) }}
{{- end -}}

{{/* The root password, and a password and a URL for each user. Generated once; upgrades keep them. */}}
{{- define "matinee.database.secret" -}}
{{- if not .Values.existingSecret -}}
{{- $name := include "matinee.name" . -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
  {{- if .Values.persistence.keep }}
  annotations:
    # Like the volume: data without its password is useless, and so is a password without its data.
    helm.sh/resource-policy: keep
  {{- end }}
type: Opaque
data:
  root-password: {{ include "matinee.keptPassword" (list . $name "root-password") }}
  {{- range .Values.users }}
  {{- $password := include "matinee.keptPassword" (list $ $name (printf "%s-password" .)) }}
  {{ . }}-password: {{ $password }}
  {{ . }}-url: {{ include (printf "%s.url" $.Chart.Name) (dict "user" . "password" (b64dec $password) "host" $name) | b64enc }}
  {{- end }}
{{- end -}}
{{- end -}}

{{- define "matinee.database.statefulset" -}}
{{- $name := include "matinee.name" . -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  serviceName: {{ $name }}
  replicas: 1
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: {{ ternary "Retain" "Delete" .Values.persistence.keep }}
    whenScaled: Retain
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- with .Values.persistence.storageClass }}
        storageClassName: {{ . }}
        {{- end }}
        resources:
          requests:
            storage: {{ .Values.persistence.size }}
  template:
    metadata:
      labels:
        {{- include "matinee.podLabels" . | nindent 8 }}
        {{- with include "matinee.mesh.podLabels" . }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ $name }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        {{- include "matinee.podSecurity" (list 999) | nindent 8 }}
      # Time to flush memory to disk.
      terminationGracePeriodSeconds: 60
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "matinee.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          securityContext:
            {{- include "matinee.containerSecurity" . | nindent 12 }}
          ports:
            - name: {{ .Chart.Name }}
              containerPort: {{ include (printf "%s.port" .Chart.Name) . }}
          env:
            - name: USERS
              value: {{ join " " .Values.users | quote }}
            {{- include (printf "%s.env" .Chart.Name) . | nindent 12 }}
          args:
            {{- include (printf "%s.args" .Chart.Name) . | nindent 12 }}
          {{- $probe := include (printf "%s.probe" .Chart.Name) . }}
          # The first start creates the users.
          startupProbe:
            {{- $probe | nindent 12 }}
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: 90
          livenessProbe:
            {{- $probe | nindent 12 }}
            periodSeconds: 20
            timeoutSeconds: 10
            failureThreshold: 6
          readinessProbe:
            {{- $probe | nindent 12 }}
            periodSeconds: 5
            timeoutSeconds: 5
          volumeMounts:
            - name: init
              mountPath: /docker-entrypoint-initdb.d
            - name: passwords
              mountPath: /run/secrets/passwords
            - name: scratch
              mountPath: /tmp
              subPath: tmp
            {{- include (printf "%s.mounts" .Chart.Name) . | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      volumes:
        - name: init
          configMap:
            name: {{ $name }}-init
        - name: passwords
          secret:
            secretName: {{ include "matinee.database.passwordSecret" . }}
            defaultMode: 0440
        - name: scratch
          emptyDir: {}
{{- end -}}

{{/* The script that the image runs once, on an empty volume: the chart's files/init.sh. */}}
{{- define "matinee.database.init" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "matinee.helperMetadata" (list . "init") | nindent 2 }}
data:
  init.sh: |
    {{- .Files.Get "files/init.sh" | nindent 4 }}
{{- end -}}

{{- define "matinee.database.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  selector:
    {{- include "matinee.selectorLabels" . | nindent 4 }}
  ports:
    - name: tcp
      port: {{ include (printf "%s.port" .Chart.Name) . }}
      targetPort: {{ .Chart.Name }}
      appProtocol: tcp
{{- end -}}

{{/* Allows only its users in, and nothing out except a sidecar's connection to istiod. */}}
{{- define "matinee.database.networkpolicy" -}}
{{- if .Values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "matinee.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "matinee.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with .Values.users }}
  ingress:
    - from:
        {{- range . }}
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: {{ . }}
        {{- end }}
      ports:
        - port: {{ $.Chart.Name }}
  {{- end }}
  {{- with include "matinee.networkpolicy.istiod" . }}
  egress:
    {{- include "matinee.networkpolicy.dns" $ | nindent 4 }}
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
