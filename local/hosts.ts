import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { loginOf } from '../src/store-login.ts';
import type { Database, StartDatabase } from './database.ts';
import type { EmulatorClients } from './emulator-clients.ts';
import type { Progress } from './progress.ts';

const POLL_MILLISECONDS = 300;

/** What user data says about a host's database. */
export interface HostSettings {
  readonly volumeId: string;
  /** Name of the SSM parameter that holds the database's password. */
  readonly credentialsParameter: string;
  /** Name of the SSM parameter that holds its authority; absent: it speaks no TLS. */
  readonly authorityParameter?: string;
}

interface Host extends HostSettings {
  readonly instanceId: string;
  readonly address: string;
}

interface RunningHost {
  readonly host: Host;
  readonly database: Database;
}

/**
 * Plays the EC2 hosts. An instance of the emulated account that runs, whose user data names a volume and a
 * credentials parameter, and to which that volume is attached, gets a database on its private address. Its data
 * stays with the volume, so that an instance that takes its place finds it.
 */
export class Hosts {
  readonly #clients: EmulatorClients;
  readonly #startDatabase: StartDatabase;
  readonly #volumes: string;
  readonly #progress: Progress;
  readonly #settings = new Map<string, HostSettings | undefined>();
  readonly #running = new Map<string, RunningHost>();
  readonly #down = new Set<string>();
  readonly #said = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(clients: EmulatorClients, startDatabase: StartDatabase, volumes: string, progress: Progress) {
    this.#clients = clients;
    this.#startDatabase = startDatabase;
    this.#volumes = volumes;
    this.#progress = progress;
    this.#loop = this.#watch();
  }

  /** Ids of the instances whose database runs. */
  get running(): string[] {
    return [...this.#running.keys()];
  }

  /** Ends an instance's database as a power cut would (SIGKILL). It stays down until `revive`. */
  async kill(instanceId: string): Promise<void> {
    this.#down.add(instanceId);
    await this.#running.get(instanceId)?.database.kill();
    this.#running.delete(instanceId);
  }

  revive(instanceId: string): void {
    this.#down.delete(instanceId);
  }

  /** Ends all databases, at once: what they have acknowledged is on their volumes. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all([...this.#running.values()].map(({ database }) => database.kill()));
    this.#running.clear();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        if (!signal.aborted) this.#say('hosts', `the hosts can't be watched: ${error}`);
      }
      await sleep(POLL_MILLISECONDS, undefined, { signal }).catch(() => {});
    }
  }

  async #step(): Promise<void> {
    const wanted = new Map<string, Host>();
    for (const instance of await this.#runningInstances()) {
      const host = await this.#hostOf(instance);
      if (host !== undefined && !this.#down.has(host.instanceId)) wanted.set(host.instanceId, host);
    }
    // Stop before start: a volume that moves to another host has to be free.
    await Promise.all(
      [...this.#running].map(async ([instanceId, { host, database }]) => {
        const now = wanted.get(instanceId);
        if (database.isRunning && now?.volumeId === host.volumeId && now.address === host.address) return;
        await database.stop();
        this.#running.delete(instanceId);
        this.#progress(`host ${instanceId}: the database on ${host.address} has stopped`);
      }),
    );
    const missing = [...wanted.values()].filter(
      ({ instanceId }) => !this.#running.has(instanceId) && !this.#down.has(instanceId),
    );
    await Promise.all(missing.map((host) => this.#bringUp(host)));
  }

  async #bringUp(host: Host): Promise<void> {
    const { instanceId, address, volumeId, credentialsParameter, authorityParameter } = host;
    try {
      const login = loginOf(await this.#secret(credentialsParameter));
      const authority = authorityParameter && (await this.#secret(authorityParameter));
      const volume = join(this.#volumes, volumeId);
      const database = await this.#startDatabase({
        instanceId,
        address,
        volume,
        ...login,
        ...(authority && { authority }),
      });
      if (this.#down.has(instanceId)) return database.kill();
      this.#running.set(instanceId, { host, database });
      this.#said.delete(instanceId);
      this.#progress(`host ${instanceId}: the database on ${address} serves ${volumeId}`);
    } catch (error) {
      this.#say(instanceId, `host ${instanceId}: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #secret(Name: string): Promise<string> {
    const { Parameter } = await this.#clients.ssm.send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    return Parameter?.Value ?? '';
  }

  async #runningInstances(): Promise<Instance[]> {
    const running = { Name: 'instance-state-name', Values: ['running'] };
    const { Reservations = [] } = await this.#clients.ec2.send(
      new DescribeInstancesCommand({ Filters: [running] }),
      { abortSignal: this.#stop.signal },
    );
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  }

  async #hostOf({
    InstanceId,
    PrivateIpAddress,
    BlockDeviceMappings = [],
  }: Instance): Promise<Host | undefined> {
    if (InstanceId === undefined || PrivateIpAddress === undefined) return undefined;
    if (!this.#settings.has(InstanceId)) {
      const { UserData } = await this.#clients.ec2.send(
        new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }),
      );
      this.#settings.set(InstanceId, hostSettings(Buffer.from(UserData?.Value ?? '', 'base64').toString()));
    }
    const settings = this.#settings.get(InstanceId);
    const isAttached = BlockDeviceMappings.some(
      ({ Ebs }) => Ebs?.VolumeId === settings?.volumeId && Ebs?.Status === 'attached',
    );
    if (settings === undefined || !isAttached) return undefined;
    return { ...settings, instanceId: InstanceId, address: PrivateIpAddress };
  }

  /** What goes wrong is tried again at the next look; it is said once. */
  #say(about: string, line: string): void {
    if (this.#said.get(about) === line) return;
    this.#said.set(about, line);
    this.#progress(line);
  }
}

/** Reads a host's settings from the lines of its user data; undefined where they aren't there. */
export function hostSettings(userData: string): HostSettings | undefined {
  const line = (name: string) =>
    new RegExp(`^\\s*(?:export\\s+)?${name}=["']?([^\\s"']+)`, 'm').exec(userData)?.[1];
  const [volumeId, credentialsParameter] = [line('NAMI_VOLUME_ID'), line('NAMI_CREDENTIALS_PARAMETER')];
  const authorityParameter = line('NAMI_AUTHORITY_PARAMETER');
  return volumeId === undefined || credentialsParameter === undefined
    ? undefined
    : { volumeId, credentialsParameter, ...(authorityParameter !== undefined && { authorityParameter }) };
}
