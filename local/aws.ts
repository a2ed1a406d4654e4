import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './ports.ts';
import type { Processes } from './processes.ts';

/** The account that both emulators play. */
export const ACCOUNT_ID = '123456789012';

/** Which emulator plays a service: moto these, MiniStack all others. */
export const MOTO_SERVICES = ['ec2', 'iam', 'ssm'] as const;

/** The emulators themselves, without the proxy that stands before them. */
export interface Emulators {
  readonly miniStackUrl: string;
  readonly motoUrl: string;
}

/** Starts the two AWS emulators. `endpointUrl` is what functions reach AWS by: the proxy's address. */
export async function startEmulators(
  folder: string,
  programs: string,
  endpointUrl: string,
  region: string,
  processes: Processes,
): Promise<Emulators> {
  const state = join(folder, 'aws');
  const temporary = join(state, 'tmp');
  mkdirSync(temporary, { recursive: true });
  // MiniStack's own worker is CommonJS; it must not take on the type of a project around the folder.
  writeFileSync(join(state, 'package.json'), '{}\n');
  const [miniStackPort, motoPort] = [await freePort(), await freePort()];
  const miniStackUrl = `http://127.0.0.1:${miniStackPort}`;
  const motoUrl = `http://127.0.0.1:${motoPort}`;
  const environment = {
    // MiniStack runs functions with the first `node` it finds, whatever their runtime says.
    PATH: [dirname(process.execPath), programs, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: state,
    TMPDIR: temporary,
    PYTHONUNBUFFERED: '1',
    // Both emulators drive Docker where they find it. This stack doesn't use it and leaves the user's alone.
    DOCKER_HOST: `unix://${join(temporary, 'no-docker.sock')}`,
  };
  await Promise.all([
    processes.start({
      name: 'ministack',
      command: join(programs, 'ministack'),
      args: [],
      environment: {
        ...environment,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(miniStackPort),
        MINISTACK_ACCOUNT_ID: ACCOUNT_ID,
        MINISTACK_REGION: region,
        STATE_DIR: join(state, 'ministack'),
        S3_DATA_DIR: join(state, 's3'),
        LAMBDA_EXECUTOR: 'local',
        // They would listen on fixed ports.
        SFTP_ENABLED: '0',
        IOT_MTLS_ENABLED: '0',
        // Functions inherit this environment.
        AWS_ENDPOINT_URL: endpointUrl,
      },
      ready: async () => (await fetch(`${miniStackUrl}/_ministack/health`)).ok,
    }),
    processes.start({
      name: 'moto',
      command: join(programs, 'moto_server'),
      args: ['--host', '127.0.0.1', '--port', String(motoPort)],
      environment: { ...environment, MOTO_ACCOUNT_ID: ACCOUNT_ID },
      ready: async () => (await fetch(`${motoUrl}/moto-api/data.json`)).ok,
    }),
  ]);
  return { miniStackUrl, motoUrl };
}
