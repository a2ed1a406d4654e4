#!/bin/bash
# Mounts the volume. It gets a file system only where it holds nothing at all, and never one that isn't this volume's.
. "$(dirname "$0")/steps.sh"

# Names of devices change, an NVMe device's serial number is the volume's id. On Xen there is but the name asked for.
find_device() {
  lsblk --nodeps --noheadings --paths --output NAME,SERIAL | awk -v serial="${NAMI_VOLUME_ID/-/}" '
    $2 == serial { found = $1 }
    $1 == "/dev/xvdf" && $2 == "" { xen = $1 }
    END { print found ? found : xen }'
}

# blkid also finds nothing on what it can't read.
is_blank() {
  local bytes
  bytes=$(head -c 1M "$1" | tr -d '\0' | wc -c) && [ "$bytes" -eq 0 ]
}

write_mark() {
  echo "$NAMI_VOLUME_ID" >"$MARK.new"
  mv "$MARK.new" "$MARK"
  sync --file-system "$MARK"
}

is_attached() { [ -n "$(find_device)" ] || { echo "it is not attached" && false; }; }

# To look costs nothing.
LONGEST_WAIT=30 patiently "waits for the volume $NAMI_VOLUME_ID" is_attached
device=$(find_device)

mounted=$(findmnt --noheadings --output SOURCE --mountpoint "$NAMI_MOUNT" || true)
if [ -n "$mounted" ] && [ "$mounted" != "$device" ]; then
  # It was detached and has come back by another name.
  umount --lazy "$NAMI_MOUNT"
  mounted=
fi

if [ -z "$mounted" ]; then
  status=0
  type=$(blkid --probe --match-tag TYPE --output value "$device") || status=$?
  # 2: nothing was found.
  if [ "$status" -eq 2 ] && is_blank "$device"; then
    say "makes a file system on the volume $NAMI_VOLUME_ID"
    # It refuses by itself where it sees a file system or partitions.
    mkfs.xfs -q "$device" || refuse "can't make a file system on the volume $NAMI_VOLUME_ID: see the host's journal"
  elif [ "$status" -ne 0 ] || [ "$type" != xfs ]; then
    refuse "the volume $NAMI_VOLUME_ID holds ${type:-data} that is not the store's, which is left as it is: name another volume"
  fi
  uuid=$(blkid --probe --match-tag UUID --output value "$device")
  mkdir -p "$NAMI_MOUNT"
  mount -t xfs -o noatime "UUID=$uuid" "$NAMI_MOUNT" ||
    refuse "can't mount the volume $NAMI_VOLUME_ID: see the host's journal; its file system may need xfs_repair"
fi

if [ ! -e "$MARK" ]; then
  # A mark that was being written when the machine ended is nobody's file.
  if [ -n "$(ls -A --ignore="$(basename "$MARK").new" "$NAMI_MOUNT")" ]; then
    umount "$NAMI_MOUNT"
    refuse "the volume $NAMI_VOLUME_ID holds files that are not the store's, which are left as they are: name another volume"
  fi
  write_mark
  exit 0
fi

owner=$(tr -cd '[:alnum:]-' <"$MARK")
[ "$owner" = "$NAMI_VOLUME_ID" ] && exit 0
case ",${NAMI_VOLUME_MADE_FROM:-}," in
*",${owner:-none},"*)
  say "takes the volume $NAMI_VOLUME_ID over, which was made from $owner"
  write_mark
  ;;
*)
  umount "$NAMI_MOUNT"
  refuse "the volume $NAMI_VOLUME_ID bears the mark of $owner: it is left as it is"
  ;;
esac
