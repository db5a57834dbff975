# The image's entrypoint sources this once, on an empty volume. Creates a database and its owner for each of $USERS.
for user in $USERS; do
  OWNER=$user PASSWORD=$(cat "/run/secrets/passwords/$user-password") mongosh --quiet --host 127.0.0.1 "$user" --eval \
    'db.createUser({ user: process.env.OWNER, pwd: process.env.PASSWORD, roles: [{ role: "readWrite", db: process.env.OWNER }] })'
done
