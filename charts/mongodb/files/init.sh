# Sourced once by the image's entrypoint, over an empty volume: a database and its owner for each of $USERS.
for user in $USERS; do
  OWNER=$user PASSWORD=$(cat "/run/secrets/passwords/$user-password") mongosh --quiet --host 127.0.0.1 "$user" --eval \
    'db.createUser({ user: process.env.OWNER, pwd: process.env.PASSWORD, roles: [{ role: "readWrite", db: process.env.OWNER }] })'
done
