#!/bin/bash
# Pulls the image where it isn't there yet, and sees whether this machine can run it.
. "$(dirname "$0")/steps.sh"

if ! docker image inspect "$NAMI_MONGO_IMAGE" >/dev/null 2>&1; then
  say "pulls the image $NAMI_MONGO_IMAGE"
  patiently "pulls the image $NAMI_MONGO_IMAGE" docker pull --quiet "$NAMI_MONGO_IMAGE"
fi

# The official images tell their version; what doesn't is tried.
version=$(docker image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$NAMI_MONGO_IMAGE" |
  sed -n 's/^MONGO_VERSION=//p')
major=${version%%.*}
[[ $major =~ ^[0-9]+$ ]] || exit 0
[ "$(printf '%s\n' 4.2 "$version" | sort -V | head -n 1)" = 4.2 ] ||
  refuse "MongoDB $version does not know TLS as this host asks for it: choose a mongoImage of 4.2 or later"

has() { grep -qwE "$1" "$NAMI_PROC/cpuinfo"; }
if [ "$major" -ge 5 ]; then
  case $(uname -m) in
    x86_64) has avx || refuse "MongoDB $version needs a processor with AVX: choose another instanceType" ;;
    # Of what ARMv8.2 brings, this has a name in Linux; a1 lacks it.
    aarch64) has 'dcpop|atomics' || refuse "MongoDB $version needs a processor with ARMv8.2: choose another instanceType" ;;
  esac
fi
kernel=$(uname -r)
if [ "$major" -ge 8 ] && [ "$(printf '%s\n' 6.19 "$kernel" | sort -V | head -n 1)" = 6.19 ]; then
  refuse "MongoDB $version does not run on Linux $kernel, only on versions before 6.19: choose another amiId"
fi
