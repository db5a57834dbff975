{{/* The name of the database chart that a service's chart depends on, or nothing. */}}
{{- define "matinee.database.kind" -}}
{{- range list "mongodb" "postgres" "mysql" -}}
{{- if hasKey $.Values . -}}{{ . }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of that database, or nothing if it is disabled. */}}
{{- define "matinee.database.vendored" -}}
{{- $kind := include "matinee.database.kind" . -}}
{{- $values := index .Values $kind -}}
{{- if $values.enabled -}}{{ $values.fullnameOverride | default $kind }}{{- end -}}
{{- end -}}

{{/* The environment variable with the database's URL, from a Secret. */}}
{{- define "matinee.database.env" -}}
{{- $kind := include "matinee.database.kind" . -}}
{{- if $kind -}}
{{- $name := include "matinee.name" . -}}
{{- $vendored := include "matinee.database.vendored" . -}}
{{- $database := .Values.database -}}
{{- if and $vendored (or $database.url $database.existingSecret) -}}
{{- fail (printf "%s: set %s.enabled=false to use another database, or leave database.url and database.existingSecret out" $name $kind) -}}
{{- end -}}
{{- if not (or $vendored $database.url $database.existingSecret) -}}
{{- fail (printf "%s: %s.enabled is false, so name a database: database.existingSecret, a Secret with its URL (password included) under database.key; or database.url" $name $kind) -}}
{{- end -}}
{{- if and $database.url (not (regexMatch (printf "^%s[a-z+]*://[^:@/]+:[^@/]+@" $kind) $database.url)) -}}
{{- fail (printf "%s: database.url must be %s://USER:PASSWORD@HOST/DATABASE" $name (ternary "postgresql" $kind (eq $kind "postgres"))) -}}
{{- end -}}
- name: {{ ternary "MONGODB_URL" "DATABASE_URL" (eq $kind "mongodb") }}
  valueFrom:
    secretKeyRef:
      {{- if $database.url }}
      name: {{ $name }}
      key: database-url
      {{- else }}
      name: {{ $database.existingSecret | default (index .Values $kind).existingSecret | default $vendored }}
      key: {{ $database.key | default (printf "%s-url" $name) }}
      {{- end }}
{{- end -}}
{{- end -}}
