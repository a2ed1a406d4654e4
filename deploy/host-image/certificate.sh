#!/bin/bash
# Has the store's own authority, whose key SSM gives the host's own role, sign a certificate by which the database is known.
# Called with "renew", it looks whether another is due, and starts the database anew with that: it reads it at its start alone.
. "$(dirname "$0")/steps.sh"

SERVED=$NAMI_TLS/served
DAYS=90
# With so much of it left it is renewed, and what keeps it from that is told.
RENEWED=$((60 * 86400)) URGENT=$((30 * 86400))
address=$(ip -4 route get 1.1.1.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p') || address=

read_authority() {
  aws ssm get-parameter --region "$NAMI_REGION" --name "$NAMI_AUTHORITY_PARAMETER" \
    --with-decryption --query Parameter.Value --output text
}

# Whether the certificate in a folder serves for so many seconds more: is_good folder seconds
is_good() {
  openssl x509 -in "$1/server.pem" -noout -checkend "$2" &&
    openssl verify -CAfile "$1/authority.pem" -purpose sslserver -verify_hostname "$NAMI_SERVER_NAME" \
      ${address:+-verify_ip "$address"} "$1/server.pem"
} >/dev/null 2>&1

# One that is lost in SSM is made anew there.
is_of_its_authority() {
  local authority
  authority=$(read_authority 2>/dev/null) || return 0
  [ "$(openssl x509 <<<"$authority")" = "$(cat "$SERVED/authority.pem")" ]
}

# It takes the place of the one before once it is whole. The authority's key is in memory (/run) alone, and only meanwhile.
make_certificate() {
  local new=$NAMI_TLS/new key=$NAMI_RUN/authority
  trap 'rm -f "$NAMI_RUN/authority"' RETURN
  rm -rf "$new"
  mkdir "$new"
  (umask 077 && read_authority >"$key") &&
    openssl x509 -in "$key" -out "$new/authority.pem" &&
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$new/server.pem" \
      -subj "/CN=$NAMI_SERVER_NAME" -out "$new/request" &&
    openssl x509 -req -in "$new/request" -sha256 -days "$DAYS" -set_serial "0x40$(openssl rand -hex 15)" \
      -CA "$key" -CAkey "$key" -extfile <(extensions) >>"$new/server.pem" &&
    is_good "$new" 0 || return
  rm "$new/request"
  # Nobody else comes as far: the database's own user reads it through a mount.
  chmod 444 "$new"/*
  rm -rf "$SERVED"
  mv "$new" "$SERVED"
  sync --file-system "$NAMI_TLS"
}

# By the name the function knows it, by the address others do, and by localhost whoever comes through a forwarded port.
extensions() {
  cat <<EXTENSIONS
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:$NAMI_SERVER_NAME, DNS:localhost, IP:127.0.0.1${address:+, IP:$address}
EXTENSIONS
}

install -d -m 700 "$NAMI_TLS"
exec 9>"$NAMI_RUN/certificate.lock"
flock 9
if [ "${1:-}" != renew ]; then
  is_good "$SERVED" 0 && exit
  say "makes its certificate"
  patiently "makes its certificate" make_certificate
  exit
fi

# The first is made before the database starts.
[ -e "$SERVED" ] || exit 0
! { is_good "$SERVED" "$RENEWED" && is_of_its_authority; } || exit 0
if ! out=$(make_certificate 2>&1); then
  echo "$out" >&2
  is_good "$SERVED" "$URGENT" || say "can't renew its certificate: $(last_line <<<"$out")"
  exit 1
fi
systemctl try-restart nami-store
