# The image's entrypoint sources this once, on an empty volume. Creates a database and its owner for each of $USERS.
for user in $USERS; do
  docker_process_sql <<SQL
CREATE DATABASE \`$user\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER '$user'@'%' IDENTIFIED BY '$(cat "/run/secrets/passwords/$user-password")';
GRANT ALL ON \`$user\`.* TO '$user'@'%';
SQL
done
