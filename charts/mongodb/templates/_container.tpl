{{- define "mongodb.port" -}}27017{{- end -}}

{{/* journal=true: acknowledge a write only when it is on disk. */}}
{{- define "mongodb.url" -}}
mongodb://{{ .user }}:{{ .password }}@{{ .host }}:27017/{{ .user }}?journal=true
{{- end -}}

{{- define "mongodb.env" -}}
- name: MONGO_INITDB_ROOT_USERNAME
  value: root
- name: MONGO_INITDB_ROOT_PASSWORD_FILE
  value: /run/secrets/passwords/root-password
{{- end -}}

{{- define "mongodb.args" -}}
- --wiredTigerCacheSizeGB={{ .Values.cacheSizeGB }}
{{- end -}}

{{/* mongosh would need more memory than a small server has. The server opens its port when it can serve. */}}
{{- define "mongodb.probe" -}}
tcpSocket:
  port: mongodb
{{- end -}}

{{- define "mongodb.mounts" -}}
- name: data
  mountPath: /data/db
- name: scratch
  mountPath: /data/configdb
  subPath: configdb
{{- end -}}
