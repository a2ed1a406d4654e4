import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
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
  return async ({ instanceId, address, volume, user, password }) => {
    await requirePort(address, DATABASE_PORT, `the database of ${instanceId}`);
    mkdirSync(volume, { recursive: true });
    return processes.start({
      name: `database-${instanceId}`,
      command: join(programs, 'python3'),
      args: [join(import.meta.dirname, 'database.py'), address, String(DATABASE_PORT), volume],
      environment: { PYTHONUNBUFFERED: '1', NAMI_DATABASE_USER: user, NAMI_DATABASE_PASSWORD: password },
      ready: () => accepts(address),
      readyTimeoutSeconds: 30,
    });
  };
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
