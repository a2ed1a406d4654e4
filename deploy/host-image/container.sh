#!/bin/bash
# The database's container, for the steps that have to do with it.

# Beside what it always has.
DATABASE_ARGUMENTS=()

# Starts it on a folder: start_container folder docker's arguments…
start_container() {
  local folder=$1 cache out
  shift
  # Half of what is above 1 GiB, and no less than MongoDB takes.
  cache=$(awk '/^MemTotal:/ { gib = $2 / 1048576; cache = (gib - 1) / 2; printf "%.2f", cache < 0.25 ? 0.25 : cache }' \
    "$NAMI_PROC/meminfo")
  # One that ended was kept for what it had said.
  docker stop --time 60 "$CONTAINER" >/dev/null 2>&1 || true
  docker rm --force "$CONTAINER" >/dev/null 2>&1 || true
  # A mount, unlike a volume (-v), is refused where its folder isn't there.
  out=$(docker run --detach --name "$CONTAINER" --stop-timeout 60 \
    --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 \
    --mount "type=bind,source=$folder,target=/data/db" "$@" \
    "$NAMI_MONGO_IMAGE" --auth --bind_ip_all --wiredTigerCacheSizeGB "$cache" "${DATABASE_ARGUMENTS[@]}" 2>&1) ||
    refuse "can't start the database: $(last_line <<<"$out")"
}

state() { docker inspect --format "$1" "$CONTAINER"; }
# shellcheck disable=SC2016 # The other shell expands it.
listens() {
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/27017"' "$(state '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}')"
}

# Waits until it listens to others. While the image makes the first user, it does so within the container alone.
await_container() {
  until listens 2>/dev/null; do
    [ "$(state '{{.State.Running}}')" = true ] || refuse_ended
    sleep 1
  done
}

# Says why it has ended: the last line that MongoDB itself calls an error, or else the last one.
refuse_ended() {
  local logs errors
  logs=$(docker logs --tail 50 "$CONTAINER" 2>&1) || true
  errors=$(grep '"s":"[EF]"' <<<"$logs") || errors=$logs
  errors=$(last_line <<<"$errors") || true
  refuse "the database ended with exit code \
$(state '{{.State.ExitCode}}{{if .State.OOMKilled}} (out of memory){{end}}')${errors:+: $errors}"
}
