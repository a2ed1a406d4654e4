#!/bin/bash
# Installs what the steps call, where it is missing, and starts Docker.
. "$(dirname "$0")/steps.sh"

are_there() {
  local program programs=(docker mkfs.xfs aws openssl)
  # Where Linux has AppArmor, Docker 20.10 starts no container without it.
  ! grep -qs Y "$NAMI_SYS/module/apparmor/parameters/enabled" || programs+=(apparmor_parser)
  for program in "${programs[@]}"; do command -v "$program" >/dev/null || return 1; done
}

# Amazon Linux 2023
with_dnf() { dnf install -y docker xfsprogs awscli-2 openssl; }

# Debian and Ubuntu; Ubuntu from 24.04 has the aws command as a snap alone.
with_apt() {
  export DEBIAN_FRONTEND=noninteractive
  dpkg --configure -a &&
    apt-get update &&
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 docker.io apparmor xfsprogs openssl || return
  command -v aws >/dev/null ||
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 awscli ||
    snap install aws-cli --classic
}

if ! are_there; then
  say "installs packages"
  if command -v dnf >/dev/null; then
    patiently "installs packages" with_dnf
  elif command -v apt-get >/dev/null; then
    patiently "installs packages" with_apt
  else
    refuse "can't install Docker: this image has neither dnf nor apt-get; take Amazon Linux 2023, Debian or Ubuntu (amiId)"
  fi
fi
if ! systemctl is-active --quiet docker; then
  say "starts Docker"
  patiently "starts Docker" systemctl enable --now docker
fi
