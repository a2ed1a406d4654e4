#!/usr/bin/env bash
# Puts a small Kubernetes control plane and the Nami operator on this machine, as systemd units. It may be run again at any
# time: to change a setting, to upgrade, or after a run that broke off. What it stands on is said in README.md beside it.
set -euo pipefail
umask 022

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/versions.env"

readonly programs=/opt/nami
readonly settings=/etc/nami
readonly data=/var/lib/nami
readonly units=/etc/systemd/system
readonly k3s_kubeconfig=/etc/rancher/k3s/k3s.yaml
readonly plain_kubeconfig=$settings/admin.kubeconfig
readonly plain_units=(nami-etcd nami-apiserver nami-controllers)
readonly k3s_installer=https://get.k3s.io
readonly kubernetes_releases=https://dl.k8s.io/release
readonly etcd_releases=https://github.com/etcd-io/etcd/releases/download
readonly plain_versions="kubernetes $KUBERNETES_VERSION, etcd $ETCD_VERSION"
readonly plain_programs=(etcd kube-apiserver kube-controller-manager kubectl)

usage() {
  cat <<'END'
usage: install.sh --region <region> [option ...]
  --region R               region of pipelines that name none; needed the first time
  --set NAMI_X=value       a further setting of the operator (docs/operating.md); an empty value takes it back
  --control-plane KIND     k3s, plain (etcd and kube-apiserver as they are), or auto: what is here already, else k3s
                           where it can be fetched, else plain
  --binaries DIRECTORY     where the programs of a plain control plane are, for a machine without internet
  --address IP             an address or name of this machine by which kubectl on others may reach the API server;
                           default: none, it listens on 127.0.0.1
  --uninstall              takes operator and plain control plane away; settings and data stay
  --uninstall --purge      the same, with the data: every pipeline is forgotten, and what it has in AWS stays
AWS: the machine's instance profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of this run.
END
}

die() {
  echo "install.sh: $*" >&2
  exit 1
}
say() { echo "── $*"; }

region='' kind=auto binaries='' address='' uninstall='' purge=''
changes=()
while [ $# -gt 0 ]; do
  case $1 in
  --region | --set | --control-plane | --binaries | --address)
    [ $# -ge 2 ] || die "$1 needs a value"
    case $1 in
    --region) region=$2 ;;
    --set) changes+=("$2") ;;
    --control-plane) kind=$2 ;;
    --binaries) binaries=$2 ;;
    --address) address=$2 ;;
    esac
    shift 2
    ;;
  --uninstall) uninstall=yes && shift ;;
  --purge) purge=yes && shift ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && die "there is no option $1" ;;
  esac
done
case $kind in auto | k3s | plain) ;; *) die "--control-plane is k3s, plain or auto, not $kind" ;; esac
for change in "${changes[@]}"; do
  [[ $change =~ ^NAMI_[A-Z_]+=[^$'\n']*$ ]] || die "--set takes NAMI_NAME=value, not $change"
done
[ -z "$purge" ] || [ -n "$uninstall" ] || die "--purge belongs to --uninstall"
[ "$(id -u)" = 0 ] || die "run it as root"
[ -d /run/systemd/system ] || die "this machine does not run systemd"
[ "$(uname -m)" = "$MACHINE" ] || die "this bundle is for $MACHINE, and this machine is $(uname -m)"

# ── Uninstall

if [ -n "$uninstall" ]; then
  kubeconfig=$plain_kubeconfig
  [ -f "$kubeconfig" ] || kubeconfig=$k3s_kubeconfig
  live=$(KUBECONFIG=$kubeconfig kubectl get webhookpipelines --all-namespaces --no-headers 2>/dev/null || true)
  systemctl disable --quiet --now nami-operator "${plain_units[@]}" 2>/dev/null || true
  for unit in nami-operator "${plain_units[@]}"; do rm -f "$units/$unit.service"; done
  systemctl daemon-reload
  [ "$(readlink /usr/local/bin/kubectl || true)" != "$programs/bin/kubectl" ] || rm -f /usr/local/bin/kubectl
  rm -rf "$programs" "$programs".new
  [ -z "$purge" ] || rm -rf "$settings" "$data"
  say "the operator is gone"
  if [ -n "$live" ]; then
    echo "These pipelines go on receiving and storing in AWS, and nobody mends them:"
    echo "$live"
  fi
  [ -n "$purge" ] || echo "Settings and data are in $settings and $data: run this script again to go on from there."
  exit 0
fi

# ── What is asked for must be possible before anything that runs is touched

readonly operator_env=$settings/operator.env
[ -n "$region" ] || grep -qs '^AWS_REGION=.' "$operator_env" || die "say --region, such as --region eu-central-1"
for program in openssl base64 tar; do
  command -v "$program" >/dev/null || die "$program is not there: install it with this machine's package manager"
done
"$here/node" --version >/dev/null || die "Node.js does not run here: it needs glibc 2.28 or newer and libstdc++6"

has_k3s() { command -v k3s >/dev/null && [ -f $k3s_kubeconfig ]; }
can_fetch() { curl --silent --head --fail --location --max-time 10 --output /dev/null "$1" 2>/dev/null; }
if [ "$kind" = auto ]; then
  if [ -f "$units/nami-apiserver.service" ] || [ -n "$binaries" ]; then
    kind=plain
  elif has_k3s || can_fetch "$k3s_installer"; then
    kind=k3s
  else
    kind=plain
  fi
fi
[ "$kind" = plain ] || [ ! -f "$units/nami-apiserver.service" ] ||
  die "a plain control plane with its data is here: run --uninstall first, and take over its pipelines with kubectl"

fetch() { curl --silent --show-error --fail --location --retry 5 --retry-all-errors --output "$2" "$1" || die "can't fetch $1: name a folder with the programs by --binaries"; }
expect_sum() { echo "$1  $2" | sha256sum --check --status || die "$2 is not what its publisher's checksum says"; }

# Puts the programs of a plain control plane into the folder $1.
collect_programs() {
  mkdir -p "$1"
  for program in "${plain_programs[@]}"; do
    local target=$1/$program
    if [ -n "$binaries" ]; then
      [ -f "$binaries/$program" ] || die "$binaries has no $program"
      cp "$binaries/$program" "$target"
    elif [ -x "$here/bin/$program" ]; then
      cp "$here/bin/$program" "$target"
    elif [ -x "$programs/bin/$program" ] && [ "$(cat "$programs/bin/versions")" = "$plain_versions" ]; then
      cp "$programs/bin/$program" "$target"
    elif [ "$program" = etcd ]; then
      local archive=etcd-v$ETCD_VERSION-linux-$ARCHITECTURE.tar.gz
      fetch "$etcd_releases/v$ETCD_VERSION/$archive" "$1/$archive"
      fetch "$etcd_releases/v$ETCD_VERSION/SHA256SUMS" "$1/SHA256SUMS"
      expect_sum "$(awk -v name="$archive" '$2 == name { print $1 }' "$1/SHA256SUMS")" "$1/$archive"
      tar --extract --gzip --file "$1/$archive" --directory "$1" --strip-components=1 "${archive%.tar.gz}/etcd"
      rm "$1/$archive" "$1/SHA256SUMS"
    else
      local url=$kubernetes_releases/v$KUBERNETES_VERSION/bin/linux/$ARCHITECTURE/$program
      fetch "$url" "$target"
      fetch "$url.sha256" "$target.sha256"
      expect_sum "$(cat "$target.sha256")" "$target"
      rm "$target.sha256"
    fi
    chmod 755 "$target"
  done
  for program in etcd kube-apiserver kube-controller-manager; do
    "$1/$program" --version >/dev/null || die "$program does not run on this machine"
  done
  echo "$plain_versions" >"$1/versions"
}

say "control plane: $kind"
rm -rf "$programs".new
mkdir -p "$programs".new
cp -R "$here/node" "$here/app" "$here/crds" "$here/rbac.yaml" "$programs".new/
[ "$kind" = k3s ] || collect_programs "$programs".new/bin

# ── Users, settings, keys

id nami >/dev/null 2>&1 || useradd --system --home-dir "$data" --no-create-home --shell /usr/sbin/nologin nami
install -d -m 750 -o root -g nami "$settings"
install -d -m 755 "$data"

# Writes standard input to the file $1, whole or not at all, for root and whom $2 names alone.
write() {
  install -m 640 -o root -g "$2" /dev/stdin "$1.new"
  mv "$1.new" "$1"
}

keep_settings() {
  local wanted=("${changes[@]}") name
  [ -z "$region" ] || wanted+=("AWS_REGION=$region")
  for setting in "${wanted[@]}"; do
    name=${setting%%=*}
    sed -i "/^$name=/d" "$operator_env.new"
    [ -z "${setting#*=}" ] || echo "$setting" >>"$operator_env.new"
  done
}
{ cat "$operator_env" 2>/dev/null || true; } >"$operator_env.new"
keep_settings
chown root:nami "$operator_env.new" && chmod 640 "$operator_env.new" && mv "$operator_env.new" "$operator_env"
if [ -n "${AWS_ACCESS_KEY_ID:-}" ]; then
  env | grep -E '^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|ENDPOINT_URL)=' | write "$settings/aws.env" nami
fi

make_keys() {
  local keys=$settings/keys
  install -d -m 750 -o root -g nami "$keys"
  if [ ! -f "$keys/ca.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7300 -subj /CN=nami-ca \
      -keyout "$keys/ca.key" -out "$keys/ca.crt.new" 2>/dev/null
    mv "$keys/ca.crt.new" "$keys/ca.crt"
  fi
  local names="DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1"
  if [[ $address =~ ^[0-9.]+$|: ]]; then names+=",IP:$address"; elif [ -n "$address" ]; then names+=",DNS:$address"; fi
  if [ -n "$address" ] || [ ! -f "$keys/apiserver.crt" ]; then
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=kube-apiserver \
      -keyout "$keys/apiserver.key.new" -out "$keys/apiserver.csr" 2>/dev/null
    openssl x509 -req -in "$keys/apiserver.csr" -CA "$keys/ca.crt" -CAkey "$keys/ca.key" -days 7300 \
      -extfile <(echo "subjectAltName=$names") -out "$keys/apiserver.crt.new" 2>/dev/null
    rm "$keys/apiserver.csr"
    mv "$keys/apiserver.key.new" "$keys/apiserver.key"
    mv "$keys/apiserver.crt.new" "$keys/apiserver.crt"
  fi
  if [ ! -f "$keys/service-account.pub" ]; then
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$keys/service-account.key" 2>/dev/null
    openssl pkey -in "$keys/service-account.key" -pubout -out "$keys/service-account.pub"
  fi
  # Of users there is one, who may do everything; the controllers are another.
  [ -f "$keys/tokens.csv" ] || {
    echo "$(openssl rand -hex 24),admin,admin,system:masters"
    echo "$(openssl rand -hex 24),system:kube-controller-manager,system:kube-controller-manager"
  } | write "$keys/tokens.csv" nami
  # Secrets lie encrypted in etcd's files.
  [ -f "$keys/encryption.yaml" ] || write "$keys/encryption.yaml" nami <<END
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox: { keys: [{ name: first, secret: $(openssl rand -base64 32) }] }
      - identity: {}
END
  chown root:nami "$keys"/*.key && chmod 640 "$keys"/*.key
}

# A kubeconfig for the bearer of the token $1, with the authority in the file $2.
kubeconfig() {
  cat <<END
apiVersion: v1
kind: Config
clusters: [{ name: nami, cluster: { server: https://127.0.0.1:6443, certificate-authority-data: $(base64 -w0 <"$2") } }]
users: [{ name: nami, user: { token: $1 } }]
contexts: [{ name: nami, context: { cluster: nami, user: nami } }]
current-context: nami
END
}
token_of() { awk -F, -v user="$1" '$2 == user { print $1 }' "$settings/keys/tokens.csv"; }

# ── The control plane

swap_programs() {
  rm -rf "$programs".old
  [ ! -d "$programs" ] || mv "$programs" "$programs".old
  mv "$programs".new "$programs"
  rm -rf "$programs".old
}

install_units() {
  for unit in "$@"; do install -m 644 "$here/units/$unit.service" "$units/$unit.service"; done
  systemctl daemon-reload
}

# Tries a command once a second until it works, for $1 seconds.
within() {
  local tries=$1
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 1
  done
}

if [ "$kind" = plain ]; then
  install -d -m 700 -o nami -g nami "$data/etcd"
  make_keys
  kubeconfig "$(token_of admin)" "$settings/keys/ca.crt" | write "$plain_kubeconfig" root
  kubeconfig "$(token_of system:kube-controller-manager)" "$settings/keys/ca.crt" |
    write "$settings/controllers.kubeconfig" nami
  if [ -n "$address" ] || [ ! -f "$settings/apiserver.env" ]; then
    echo "NAMI_BIND_ADDRESS=$([ -n "$address" ] && echo 0.0.0.0 || echo 127.0.0.1)" | write "$settings/apiserver.env" nami
  fi
  swap_programs
  ln -sfn "$programs/bin/kubectl" /usr/local/bin/kubectl
  install_units "${plain_units[@]}"
  systemctl enable --quiet "${plain_units[@]}"
  systemctl restart "${plain_units[@]}"
  export KUBECONFIG=$plain_kubeconfig
else
  has_k3s || curl --silent --show-error --fail --location "$k3s_installer" |
    INSTALL_K3S_EXEC="server --disable-agent --disable=coredns,local-storage,metrics-server,servicelb,traefik --disable-cloud-controller --disable-helm-controller --disable-network-policy --flannel-backend=none --secrets-encryption ${address:+--tls-san=$address}" sh -
  swap_programs
  export KUBECONFIG=$k3s_kubeconfig
fi
say "waits for the API server"
within 300 kubectl get --raw /readyz || die "the API server does not get ready: journalctl -u nami-apiserver -u k3s"

# ── The operator

# A small machine's API server is slow in its first minutes; what is applied is checked by the server alone.
apply() { kubectl apply --server-side --force-conflicts --validate=false -f "$programs/crds" -f "$programs/rbac.yaml"; }
say "applies the definition and the operator's rights"
within 300 apply || apply || die "the API server does not take them"
operator_token() {
  kubectl -n nami-system get secret nami-operator-token --output 'jsonpath={.data.token}' | base64 -d | grep .
}
say "waits for the operator's token"
within 120 operator_token || die "the operator's service account gets no token: journalctl -u nami-controllers -u k3s"
authority=$(mktemp)
trap 'rm -f "$authority"' EXIT
kubectl config view --raw --minify --output 'jsonpath={.clusters[0].cluster.certificate-authority-data}' |
  base64 -d >"$authority"
kubeconfig "$(operator_token)" "$authority" | write "$settings/operator.kubeconfig" nami
install_units nami-operator
systemctl enable --quiet nami-operator
systemctl restart nami-operator
port=$(sed -n 's/^NAMI_PORT=//p' "$operator_env")
say "waits for the operator"
within 120 curl --silent --fail "http://127.0.0.1:${port:-8080}/readyz" ||
  die "the operator does not get ready; its last words:
$(journalctl --unit nami-operator --lines 5 --output cat)"

say "the operator runs"
cat <<END
Next: export KUBECONFIG=$KUBECONFIG
      kubectl apply -f <your pipeline>.yaml
      kubectl get webhookpipelines --watch
END
