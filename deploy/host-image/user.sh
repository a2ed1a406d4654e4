#!/bin/bash
# Makes the database with its user, whose credentials SSM gives the host's own role, where there is none yet. It is made beside
# its place, where nobody can reach it: one that was interrupted has no user, and is made anew.
. "$(dirname "$0")/steps.sh"
. "$(dirname "$0")/container.sh"

[ -z "$(ls -A "$NAMI_MOUNT/db" 2>/dev/null)" ] || exit 0

# Credentials that were rotated are "user:password"; else it is the first user's password alone.
read_credentials() {
  local secret
  secret=$(aws ssm get-parameter --region "$NAMI_REGION" --name "$NAMI_CREDENTIALS_PARAMETER" \
    --with-decryption --query Parameter.Value --output text) || return
  [ -n "$secret" ] || return
  [[ $secret == "$NAMI_STORE_USER"-*:* ]] || secret=$NAMI_STORE_USER:$secret
  printf %s "${secret%%:*}" >"$NAMI_RUN/user"
  printf %s "${secret#*:}" >"$NAMI_RUN/password"
}

say "reads the password from $NAMI_CREDENTIALS_PARAMETER"
patiently "reads the password from $NAMI_CREDENTIALS_PARAMETER" read_credentials
chmod 444 "$NAMI_RUN/password"

say "makes the database"
rm -rf "$NAMI_MOUNT/db.new"
mkdir "$NAMI_MOUNT/db.new"
start_container "$NAMI_MOUNT/db.new" \
  --mount "type=bind,source=$NAMI_RUN/password,target=/run/secrets/password,readonly" \
  --env "MONGO_INITDB_ROOT_USERNAME=$(cat "$NAMI_RUN/user")" --env MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password
await_container
docker stop --time 60 "$CONTAINER" >/dev/null
rm "$NAMI_RUN/user" "$NAMI_RUN/password"
sync --file-system "$NAMI_MOUNT"
mv --no-target-directory "$NAMI_MOUNT/db.new" "$NAMI_MOUNT/db"
sync --file-system "$NAMI_MOUNT"
