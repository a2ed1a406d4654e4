#!/bin/bash
# Runs the database in its container, on the marked volume alone, and ends with it.
. "$(dirname "$0")/steps.sh"
. "$(dirname "$0")/container.sh"

if ! mountpoint -q "$NAMI_MOUNT" || [ "$(cat "$MARK")" != "$NAMI_VOLUME_ID" ]; then
  refuse "the volume $NAMI_VOLUME_ID is not mounted"
fi

say "starts the database"
start_container "$NAMI_MOUNT/db" --publish "$NAMI_MONGO_PORT:27017"
await_container
say "the store is up"
docker wait "$CONTAINER" >/dev/null || true
refuse_ended
