#!/bin/bash
# Runs the database in its container, on the marked volume alone.
. "$(dirname "$0")/steps.sh"

if ! mountpoint -q "$NAMI_MOUNT" || [ "$(cat "$MARK")" != "$NAMI_VOLUME_ID" ]; then
  refuse "the volume $NAMI_VOLUME_ID is not mounted"
fi

user=()
if [ -e "$NAMI_RUN/password" ]; then
  user=(
    --mount "type=bind,source=$NAMI_RUN/password,target=/run/secrets/password,readonly"
    --env "MONGO_INITDB_ROOT_USERNAME=$NAMI_STORE_USER" --env MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password
  )
fi

# Half of what is above 1 GiB, and no less than MongoDB takes.
cache=$(awk '/^MemTotal:/ { gib = $2 / 1048576; cache = (gib - 1) / 2; printf "%.2f", cache < 0.25 ? 0.25 : cache }' \
  "$NAMI_PROC/meminfo")

say "starts the database"
docker rm --force "$CONTAINER" >/dev/null 2>&1 || true
# A mount, unlike a volume (-v), is refused where its folder isn't there.
exec docker run --rm --name "$CONTAINER" --stop-timeout 60 --publish "$NAMI_MONGO_PORT:27017" \
  --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \
  --mount "type=bind,source=$NAMI_MOUNT/db,target=/data/db" "${user[@]}" \
  "$NAMI_MONGO_IMAGE" --auth --bind_ip_all --wiredTigerCacheSizeGB "$cache"
