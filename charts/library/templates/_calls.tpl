{{/*
Who may call whom, with which methods and paths: the one source of the NetworkPolicies, the AuthorizationPolicies, their
tests and docs/mesh.md. A caller is a service, or the Job of one (movie-seed). `{*}` is one path segment, as in Istio. The
callers of a database are the users in its chart.
*/}}
{{- define "matinee.calls" -}}
movie:
  dashboard:
    - methods: [GET, HEAD, POST]
      paths: [/movies]
    - methods: [GET, HEAD, PATCH, DELETE]
      paths: ["/movies/{*}"]
    - methods: [GET]
      paths: [/readyz, /openapi.json]
  booking:
    - methods: [GET]
      paths: [/movies, "/movies/{*}"]
  movie-seed:
    - methods: [GET, POST]
      paths: [/movies]
    - methods: [PATCH]
      paths: ["/movies/{*}"]
theatre:
  dashboard:
    - methods: [GET, HEAD, POST]
      paths: [/theatres]
    - methods: [GET, HEAD, PATCH, DELETE]
      paths: ["/theatres/{*}"]
    - methods: [GET]
      paths: [/readyz, /openapi.json]
  movie:
    - methods: [GET]
      paths: [/theatres, "/theatres/{*}"]
  movie-seed:
    - methods: [GET, POST]
      paths: [/theatres]
  booking:
    - methods: [GET]
      paths: [/theatres, "/theatres/{*}"]
booking:
  dashboard:
    - methods: [GET, HEAD, POST]
      paths: [/bookings]
    - methods: [GET, HEAD]
      paths: ["/bookings/{*}", /screenings, /screenings/seats, /screenings/seats/events]
    - methods: [POST]
      paths: ["/bookings/{*}/confirm", "/bookings/{*}/cancel"]
    - methods: [GET]
      paths: [/readyz, /openapi.json]
payment:
  dashboard:
    - methods: [POST]
      paths: [/payments]
    - methods: [GET, HEAD]
      paths: ["/payments/{*}"]
    - methods: [GET]
      paths: [/readyz, /openapi.json]
  booking:
    - methods: [GET]
      paths: [/payments]
    - methods: [POST]
      paths: ["/payments/{*}/settle", "/payments/{*}/refund"]
dashboard: {}
{{- end -}}

