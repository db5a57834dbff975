{{- define "mysql.port" -}}3306{{- end -}}

{{- define "mysql.url" -}}
mysql://{{ .user }}:{{ .password }}@{{ .host }}:3306/{{ .user }}
{{- end -}}

{{- define "mysql.env" -}}
- name: MYSQL_ROOT_PASSWORD_FILE
  value: /run/secrets/passwords/root-password
{{- end -}}

{{- define "mysql.args" -}}
- --innodb-buffer-pool-size={{ .Values.bufferPoolSize }}
- --max-connections={{ .Values.maxConnections }}
- --performance-schema=OFF
- --skip-log-bin
- --mysqlx=OFF
- --default-time-zone=+00:00
{{- end -}}

{{/* Over TCP: while the image creates the users, the server listens only on its Unix socket. */}}
{{- define "mysql.probe" -}}
exec:
  command:
    - sh
    - -c
    - MYSQL_PWD=$(cat /run/secrets/passwords/root-password) mysqladmin ping --silent --host=127.0.0.1 --user=root
{{- end -}}

{{- define "mysql.mounts" -}}
- name: data
  mountPath: /var/lib/mysql
- name: scratch
  mountPath: /var/run/mysqld
  subPath: run
{{- end -}}
