#!/bin/bash
# What the host's steps share: each is a script of its own that can be run again at any time.
# shellcheck disable=SC2034 # The steps use what is set here.
set -euo pipefail

: "${NAMI_RUN:=/run/nami}" "${NAMI_MOUNT:=/var/lib/nami}" "${NAMI_CONSOLE:=/dev/console}" "${NAMI_PROC:=/proc}"
: "${NAMI_SYS:=/sys}" "${NAMI_TLS:=/etc/nami/tls}"
MARK=$NAMI_MOUNT/.nami-volume
CONTAINER=nami-mongo
# Only root gets in: the database's own user reads the password through a mount.
install -d -m 700 "$NAMI_RUN"

# Tells where the host stands, in the one form of line that is read from the console; the same is not told twice in a row.
say() {
  local line="nami: $*"
  [ "$(cat "$NAMI_RUN/said" 2>/dev/null)" != "$line" ] || return 0
  echo "$line" >"$NAMI_RUN/said"
  echo "$line" >&2
  echo "$line" >>"$NAMI_CONSOLE" || true
}

# What somebody has to change. The unit starts anew, so that the change is seen.
refuse() {
  say "$*"
  exit 1
}

# Of what a command has written, the last line, short and printable.
last_line() { grep -v '^\s*$' | tail -n 1 | tr -cd '[:print:]' | cut -c 1-300; }

# Runs a command until it works, with waits that grow from 5 seconds to 5 minutes: patiently "what it does" command…
patiently() {
  local what=$1 wait=5 longest=${LONGEST_WAIT:-300} out
  shift
  until out=$("$@" 2>&1); do
    say "$what: tries again in $wait s: $(last_line <<<"$out")"
    sleep "$wait"
    wait=$((wait * 2 > longest ? longest : wait * 2))
  done
}
