import { FIRST_USER, STORE_SERVER_NAME } from '../../handlers/contract.ts';
import { join, type ref } from '../aws/graph/graph.ts';
import type { Join } from '../aws/object/unresolved.ts';
import { HOST_FILES } from './host-files.ts';

export const MONGO_PORT = 27_017;
/** Device name that EC2 wants; the host looks for the volume by its id. */
export const VOLUME_DEVICE = '/dev/sdf';

interface HostSettings {
  readonly region: string;
  readonly mongoImage: string;
  readonly volumeId: ReturnType<typeof ref>;
  /** Other volumes, with commas, whose mark it may bear. */
  readonly madeFrom: ReturnType<typeof ref>;
  readonly credentialsParameter: string;
  readonly authorityParameter: string;
}

/**
 * What the host runs when it comes up for the first time: it lays down scripts and units (deploy/host-image) and does
 * nothing that could fail; the units do the rest at every boot. No secret stands here: the host reads its password, and the key
 * of its authority, from SSM with its own role.
 */
export function userData({
  region,
  mongoImage,
  volumeId,
  madeFrom,
  credentialsParameter,
  authorityParameter,
}: HostSettings): Join {
  return join(
    `#!/bin/bash
set -eu
mkdir -p /etc/nami /usr/local/lib/nami
cat > /etc/nami/host.env <<'ENV'
NAMI_VOLUME_ID=`,
    volumeId,
    `
NAMI_VOLUME_MADE_FROM=`,
    madeFrom,
    `
NAMI_CREDENTIALS_PARAMETER=${credentialsParameter}
NAMI_AUTHORITY_PARAMETER=${authorityParameter}
NAMI_SERVER_NAME=${STORE_SERVER_NAME}
NAMI_REGION=${region}
NAMI_MONGO_IMAGE=${mongoImage}
NAMI_MONGO_PORT=${MONGO_PORT}
NAMI_STORE_USER=${FIRST_USER}
ENV
${LAY_DOWN}chmod 755 /usr/local/lib/nami/*.sh
systemctl daemon-reload
systemctl enable --now --no-block nami-store.service nami-certificate.timer nami-grow.timer
`,
  );
}

const LAY_DOWN = Object.entries(HOST_FILES)
  .map(([path, text]) => `cat > ${path} <<'NAMI_FILE'\n${text}NAMI_FILE\n`)
  .join('');

/**
 * Where a host stands, from what EC2's GetConsoleOutput tells: the words of the last line that one of its steps has said
 * (`say` in deploy/host-image/steps.sh); undefined while there is none.
 */
export function lastStep(console: string): string | undefined {
  return [...console.matchAll(/^nami: (.+?)\r?$/gm)].at(-1)?.[1];
}
