import { join, type ref } from '../aws/graph/graph.ts';
import type { Join } from '../aws/object/unresolved.ts';

/** User of the database; the password is the pipeline's own. */
export const STORE_USER = 'nami';
export const MONGO_PORT = 27_017;
/** Device name that EC2 wants; the host looks for the volume by its id. */
export const VOLUME_DEVICE = '/dev/sdf';

interface HostSettings {
  readonly region: string;
  readonly mongoImage: string;
  readonly volumeId: ReturnType<typeof ref>;
  readonly credentialsParameter: string;
}

/**
 * What the host runs when it comes up for the first time: it lays down units that hold at every boot. The database
 * starts only when its volume is there, or it would write to the root disk; the volume gets a file system only where
 * it has none. No secret stands here: the host reads its password from SSM with its own role.
 */
export function userData({ region, mongoImage, volumeId, credentialsParameter }: HostSettings): Join {
  return join(
    `#!/bin/bash
set -euo pipefail
mkdir -p /etc/nami
cat > /etc/nami/host.env <<'ENV'
NAMI_VOLUME_ID=`,
    volumeId,
    `
NAMI_CREDENTIALS_PARAMETER=${credentialsParameter}
NAMI_REGION=${region}
NAMI_MONGO_IMAGE=${mongoImage}
ENV
${UNITS}`,
  );
}

const UNITS = String.raw`cat > /usr/local/sbin/nami-mount <<'SCRIPT'
#!/bin/bash
set -euo pipefail
by_id=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(tr -d - <<<"$NAMI_VOLUME_ID")
device=
for _ in $(seq 300); do
  for candidate in "$by_id" ${VOLUME_DEVICE} /dev/xvdf; do
    [ -b "$candidate" ] && device=$candidate && break 2
  done
  sleep 2
done
[ -n "$device" ] || { echo "volume $NAMI_VOLUME_ID did not appear" >&2; exit 1; }
# 2 means that nothing at all was found on it; any other failure must not end in a new file system.
status=0
blkid "$device" || status=$?
if [ "$status" -eq 2 ]; then mkfs.xfs "$device"; elif [ "$status" -ne 0 ]; then exit "$status"; fi
mkdir -p /var/lib/nami
mountpoint -q /var/lib/nami || mount -o noatime "$device" /var/lib/nami
mkdir -p /var/lib/nami/db
echo "$NAMI_VOLUME_ID" > /var/lib/nami/.nami-volume
SCRIPT
cat > /usr/local/sbin/nami-password <<'SCRIPT'
#!/bin/bash
set -euo pipefail
umask 077
mkdir -p /run/nami
aws ssm get-parameter --region "$NAMI_REGION" --name "$NAMI_CREDENTIALS_PARAMETER" --with-decryption \
  --query Parameter.Value --output text | tr -d '\n' > /run/nami/password
# The directory is root's alone; the database's own user in the container must read the file.
chmod 444 /run/nami/password
SCRIPT
chmod 755 /usr/local/sbin/nami-mount /usr/local/sbin/nami-password
cat > /etc/systemd/system/nami-mount.service <<'UNIT'
[Unit]
Description=Volume of the Nami store
[Service]
Type=oneshot
RemainAfterExit=yes
EnvironmentFile=/etc/nami/host.env
ExecStart=/usr/local/sbin/nami-mount
TimeoutStartSec=900
Restart=on-failure
RestartSec=10
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/nami-mongo.service <<'UNIT'
[Unit]
Description=Nami store
Requires=docker.service nami-mount.service
After=docker.service nami-mount.service network-online.target
Wants=network-online.target
StartLimitIntervalSec=0
[Service]
EnvironmentFile=/etc/nami/host.env
ExecStartPre=/usr/bin/mountpoint -q /var/lib/nami
ExecStartPre=/usr/bin/test -f /var/lib/nami/.nami-volume
ExecStartPre=/usr/local/sbin/nami-password
ExecStartPre=-/usr/bin/docker rm -f nami-mongo
ExecStart=/usr/bin/docker run --rm --name nami-mongo --stop-timeout 60 -p ${MONGO_PORT}:27017 \
  -v /var/lib/nami/db:/data/db -v /run/nami/password:/run/secrets/password:ro \
  -e MONGO_INITDB_ROOT_USERNAME=${STORE_USER} -e MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password \
  $NAMI_MONGO_IMAGE --auth --bind_ip_all
ExecStop=/usr/bin/docker stop -t 60 nami-mongo
Restart=always
RestartSec=5
TimeoutStartSec=600
[Install]
WantedBy=multi-user.target
UNIT
cat > /etc/systemd/system/nami-grow.service <<'UNIT'
[Unit]
Description=Grow the file system of the Nami store to its volume
RequiresMountsFor=/var/lib/nami
[Service]
Type=oneshot
ExecStart=/usr/sbin/xfs_growfs /var/lib/nami
UNIT
cat > /etc/systemd/system/nami-grow.timer <<'UNIT'
[Unit]
Description=Look each minute whether the volume of the Nami store has grown
[Timer]
OnBootSec=60
OnUnitActiveSec=60
[Install]
WantedBy=timers.target
UNIT
dnf install -y docker
systemctl daemon-reload
systemctl enable --now docker
systemctl enable --now --no-block nami-mount.service nami-mongo.service nami-grow.timer
`;
