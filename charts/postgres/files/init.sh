# The image's entrypoint sources this once, on an empty volume. Creates a database and its owner for each of $USERS.
for user in $USERS; do
  docker_process_sql -v user="$user" -v password="$(cat "/run/secrets/passwords/$user-password")" <<'SQL'
CREATE ROLE :"user" LOGIN PASSWORD :'password';
CREATE DATABASE :"user" OWNER :"user";
REVOKE CONNECT ON DATABASE :"user" FROM PUBLIC;
SQL
done
