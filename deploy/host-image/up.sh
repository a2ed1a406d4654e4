#!/bin/bash
# Waits until the database listens. While the image makes its first user, it does so within the container alone.
. "$(dirname "$0")/steps.sh"

address() { docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$CONTAINER"; }
# shellcheck disable=SC2016 # The other shell expands it.
listens() { timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/27017"' "$(address)"; }

until listens 2>/dev/null; do sleep 1; done
say "the store is up"
