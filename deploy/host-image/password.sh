#!/bin/bash
# Reads the password from SSM with the host's own role. It is wanted for an empty database alone, whose user it becomes.
. "$(dirname "$0")/steps.sh"

[ ! -e "$NAMI_MOUNT/db/WiredTiger" ] || exit 0

read_password() {
  local password
  password=$(aws ssm get-parameter --region "$NAMI_REGION" --name "$NAMI_CREDENTIALS_PARAMETER" \
    --with-decryption --query Parameter.Value --output text) || return
  [ -n "$password" ] || return
  printf %s "$password" >"$NAMI_RUN/password"
}

say "reads the password from $NAMI_CREDENTIALS_PARAMETER"
patiently "reads the password from $NAMI_CREDENTIALS_PARAMETER" read_password
chmod 444 "$NAMI_RUN/password"
