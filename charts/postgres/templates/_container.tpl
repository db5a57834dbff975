{{- define "postgres.port" -}}5432{{- end -}}

{{- define "postgres.url" -}}
postgresql://{{ .user }}:{{ .password }}@{{ .host }}:5432/{{ .user }}
{{- end -}}

{{- define "postgres.env" -}}
- name: POSTGRES_PASSWORD_FILE
  value: /run/secrets/passwords/root-password
{{- end -}}

{{- define "postgres.args" -}}
- --shared_buffers={{ .Values.sharedBuffers }}
- --max_connections={{ .Values.maxConnections }}
{{- end -}}

{{/* Over TCP: while the image creates the users, the server listens only on its Unix socket. */}}
{{- define "postgres.probe" -}}
exec:
  command: [pg_isready, --quiet, --host=127.0.0.1, --username=postgres]
{{- end -}}

{{- define "postgres.mounts" -}}
- name: data
  mountPath: /var/lib/postgresql
- name: scratch
  mountPath: /var/run/postgresql
  subPath: run
{{- end -}}
