#!/bin/bash
# Runs the database in its container, on the marked volume alone, and ends with it.
. "$(dirname "$0")/steps.sh"
. "$(dirname "$0")/container.sh"

if ! mountpoint -q "$NAMI_MOUNT" || [ "$(cat "$MARK")" != "$NAMI_VOLUME_ID" ]; then
  refuse "the volume $NAMI_VOLUME_ID is not mounted"
fi

say "starts the database"
# A chain of trust is asked for where there is TLS, and by it a client's certificate, which none has. (MongoDB: SERVER-72839.)
DATABASE_ARGUMENTS=(
  --tlsMode requireTLS --tlsAllowConnectionsWithoutCertificates
  --tlsCertificateKeyFile /etc/nami-tls/server.pem --tlsCAFile /etc/nami-tls/authority.pem
)
start_container "$NAMI_MOUNT/db" --publish "$NAMI_MONGO_PORT:27017" \
  --mount "type=bind,source=$NAMI_TLS/served,target=/etc/nami-tls,readonly"
await_container
say "the store is up"
docker wait "$CONTAINER" >/dev/null || true
refuse_ended
