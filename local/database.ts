import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { STORE_SERVER_NAME } from '../handlers/contract.ts';
import { requirePort } from './ports.ts';
import type { Processes } from './processes.ts';

/** What a host serves its database with. */
export interface DatabaseSettings {
  readonly instanceId: string;
  /** The host's private address. */
  readonly address: string;
  /** The folder that stands for its volume: what it holds outlives the host. */
  readonly volume: string;
  readonly user: string;
  readonly password: string;
  /** Key and certificate (PEM) of the authority that signs its certificate; absent: it speaks no TLS. */
  readonly authority?: string;
}

export interface Database {
  readonly isRunning: boolean;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export type StartDatabase = (settings: DatabaseSettings) => Promise<Database>;

export const DATABASE_PORT = 27017;

/** SecantusDB, which speaks MongoDB's protocol, in a process of its own. */
export function secantusDatabases(programs: string, processes: Processes): StartDatabase {
  return async ({ instanceId, address, volume, user, password, authority }) => {
    await requirePort(address, DATABASE_PORT, `the database of ${instanceId}`);
    mkdirSync(volume, { recursive: true });
    const certificate =
      authority && (await makeCertificate(programs, processes, { authority, address, volume }));
    return processes.start({
      name: `database-${instanceId}`,
      command: join(programs, 'python3'),
      args: [join(import.meta.dirname, 'database.py'), address, String(DATABASE_PORT), volume],
      environment: {
        PYTHONUNBUFFERED: '1',
        NAMI_DATABASE_USER: user,
        NAMI_DATABASE_PASSWORD: password,
        ...(certificate && { NAMI_DATABASE_CERTIFICATE: certificate }),
      },
      ready: () => accepts(address),
      readyTimeoutSeconds: 30,
    });
  };
}

/** Signs a certificate for a host's database, as its own scripts would, and answers the file that it is in, with its key. */
export async function makeCertificate(
  programs: string,
  processes: Processes,
  { authority, address, volume }: Required<Pick<DatabaseSettings, 'authority' | 'address' | 'volume'>>,
): Promise<string> {
  const file = `${volume}.pem`;
  await processes.run({
    name: `certificate-${address}`,
    command: join(programs, 'python3'),
    args: [join(import.meta.dirname, 'certificate.py'), STORE_SERVER_NAME, address, file],
    environment: { NAMI_DATABASE_AUTHORITY: authority },
  });
  return file;
}

/** Whether a database answers there; rejects while nothing does. */
export function accepts(address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(DATABASE_PORT, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', reject);
  });
}
