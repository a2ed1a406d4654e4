import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { BaseDisk } from '../../local/machine/base-disk.ts';
import { bootMachine, type Machine } from '../../local/machine/machine.ts';
import type { Processes } from '../../local/processes.ts';
import { ref } from '../../src/aws/graph/graph.ts';
import { lastStep, userData } from '../../src/plan/user-data.ts';
import { eventually } from '../user.ts';
import { CLOUD_INIT, FOLLOW_ORDERS, IMAGE, REGION, type Surroundings } from './surroundings.ts';

export const PARAMETER = '/nami/check/store-password';
export const AUTHORITY_PARAMETER = '/nami/check/store-authority';
export const ADDRESS = '127.0.0.1';
export const PORT = 27_017;
/** Emulated by software, a machine takes about twenty times as long for everything. */
export const PATIENCE_SECONDS = 900;

const MEMORY_MIB = 1024;
const VOLUME_BYTES = 1024 ** 3;

/** A volume, as it stands in AWS: it outlives the machines that it is attached to. */
export interface Volume {
  readonly id: string;
  readonly file: string;
}

export function makeVolume(folder: string, id: string): Volume {
  const file = join(folder, `${id}.img`);
  writeFileSync(file, '');
  truncateSync(file, VOLUME_BYTES);
  return { id, file };
}

/** Makes it twice as large. */
export const growVolume = ({ file }: Volume): void => truncateSync(file, 2 * VOLUME_BYTES);

interface HostContext {
  readonly folder: string;
  readonly base: BaseDisk;
  readonly processes: Processes;
  readonly surroundings: Surroundings;
}

/** A machine that is started with the user data of a store's host, as EC2 starts one. */
export class Host {
  readonly #name: string;
  readonly #volume: Volume;
  readonly #context: HostContext;
  #machine: Machine | undefined;
  #boots = 0;

  constructor(name: string, volume: Volume, context: HostContext) {
    this.#name = name;
    this.#volume = volume;
    this.#context = context;
  }

  get #folder(): string {
    return join(this.#context.folder, this.#name);
  }

  /** Boots it, with its volume or before that is attached. */
  async boot({ isAttached = true } = {}): Promise<void> {
    const { base, processes, surroundings } = this.#context;
    const payload = join(this.#folder, 'payload');
    if (!existsSync(payload)) {
      mkdirSync(payload, { recursive: true });
      writeFileSync(join(payload, 'run'), FOLLOW_ORDERS);
      chmodSync(join(payload, 'run'), 0o755);
    }
    this.#boots += 1;
    surroundings.launch(`i-${this.#name}`, userDataOf(this.#volume.id));
    this.#machine = await bootMachine(
      {
        name: `${this.#name}-${this.#boots}`,
        folder: join(this.#folder, 'machine'),
        base,
        memoryMiB: MEMORY_MIB,
        processors: 2,
        payload,
        forwarded: [{ address: ADDRESS, port: PORT, to: PORT }],
        devices: [
          ...['-qmp', `unix:${this.#monitor},server=on,wait=off`],
          ...['-drive', `file=${this.#volume.file},if=none,id=volume,format=raw`],
          ...(isAttached ? ['-device', `nvme,${this.#device}`] : []),
        ],
        kernelArguments: CLOUD_INIT,
      },
      processes,
    );
  }

  get #device(): string {
    return `drive=volume,serial=${this.#volume.id.replace('-', '')}`;
  }

  /** The path of a socket is to be short. */
  get #monitor(): string {
    return join(this.#folder, 'qmp');
  }

  /** Attaches its volume while it runs. */
  async attach(): Promise<void> {
    const serial = this.#volume.id.replace('-', '');
    await monitor(this.#monitor, 'device_add', { driver: 'nvme', id: 'late', drive: 'volume', serial });
  }

  /** Plugs its network cable in, or pulls it. */
  async setLink(up: boolean): Promise<void> {
    await monitor(this.#monitor, 'set_link', { name: 'net', up });
  }

  /** Ends it as a power cut does. */
  async cutPower(): Promise<void> {
    await this.#machine?.process.kill();
  }

  /** Waits until it says on its console that it stands at a step. */
  async reaches(step: RegExp): Promise<string> {
    return await eventually(
      `the host says ${step}`,
      async () => {
        const console = this.#machine?.console() ?? '';
        if (!this.#machine?.process.isRunning)
          throw new Error(`the machine has ended:\n${console.slice(-3000)}`);
        const said = lastStep(console);
        return said !== undefined && step.test(said) ? said : undefined;
      },
      PATIENCE_SECONDS,
    );
  }

  console(): string {
    return this.#machine?.console() ?? '';
  }
}

/** What the plan gives EC2, with the volume's id in place. */
function userDataOf(volumeId: string, madeFrom = ''): string {
  const settings = {
    region: REGION,
    mongoImage: IMAGE,
    credentialsParameter: PARAMETER,
    authorityParameter: AUTHORITY_PARAMETER,
  };
  const { $join: parts } = userData({
    ...settings,
    volumeId: ref('Volume', 'data', 'id'),
    madeFrom: ref('Volume', 'data', 'madeFrom'),
  });
  const values: Readonly<Record<string, string>> = { id: volumeId, madeFrom };
  return parts.map((part) => (typeof part === 'string' ? part : (values[part.field] ?? ''))).join('');
}

/** One command of QEMU's machine protocol. */
async function monitor(path: string, execute: string, args: object): Promise<void> {
  const socket = createConnection(path);
  await once(socket, 'connect');
  let said = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const answers = (count: number) =>
    eventually('QEMU answers', async () => said.split('"return"').length > count || undefined, 60);
  socket.write(JSON.stringify({ execute: 'qmp_capabilities' }));
  await answers(1);
  socket.write(JSON.stringify({ execute, arguments: args }));
  try {
    await answers(2);
  } catch (cause) {
    throw new Error(`QEMU does not ${execute}: ${said}`, { cause });
  } finally {
    socket.destroy();
  }
}
