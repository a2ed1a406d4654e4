import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type DatabaseSettings, secantusDatabases } from '../local/database.ts';
import { type EventStore, openEventStore } from '../local/event-store.ts';
import { kubectl } from '../local/kubectl.ts';
import type { RecordedCall } from '../local/proxy.ts';
import type { LocalStack } from '../local/stack.ts';
import { preparePython } from '../local/tools/python.ts';
import type { WebhookPipeline } from '../src/api/v1alpha1.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly [field: string]: unknown;
}

/** How a user of a stack's cluster speaks to it: who applies pipelines and looks at what becomes of them. */
export class User {
  readonly stack: LocalStack;

  constructor(stack: LocalStack) {
    this.stack = stack;
  }

  async kubectl(...args: string[]): Promise<string> {
    return await kubectl(this.stack, ...args);
  }

  /** Makes a namespace of its own for a test, with a signing secret in it. */
  async namespace(name: string): Promise<{ namespace: string; secret: string }> {
    const secret = randomBytes(16).toString('hex');
    await this.kubectl('create', 'namespace', name);
    await this.kubectl('-n', name, 'create', 'secret', 'generic', 'signing', `--from-literal=key=${secret}`);
    return { namespace: name, secret };
  }

  /** Applies a pipeline; by default one that takes GitHub's deliveries. */
  async apply(namespace: string, name: string, spec: object = GITHUB): Promise<void> {
    await this.applyManifest({
      apiVersion: 'nami.dev/v1alpha1',
      kind: 'WebhookPipeline',
      metadata: { namespace, name },
      spec,
    });
  }

  async applyManifest(manifest: Manifest): Promise<void> {
    const { namespace, name } = manifest.metadata;
    const file = join(this.stack.folder, `${namespace}-${manifest.kind}-${name}.json`);
    writeFileSync(file, JSON.stringify(manifest));
    await this.kubectl('apply', '-f', file);
  }

  async get(namespace: string, name: string): Promise<WebhookPipeline> {
    return JSON.parse(await this.kubectl('-n', namespace, 'get', `whp/${name}`, '-o', 'json'));
  }

  /** The managed store of a pipeline, as its user reads it. */
  async openStore(pipeline: WebhookPipeline): Promise<EventStore> {
    const password = objectId(pipeline, 'Parameter', 'store-password');
    return await openEventStore(this.stack, pipeline.status?.store?.address ?? '', password);
  }

  /** Starts a MongoDB of the user's own beside the stack, and answers its URI. */
  async startOwnDatabase(): Promise<string> {
    const { folder, environment } = this.stack;
    const address = environment.NAMI_NETWORK_CIDR?.replace('0.0/16', '200.1') ?? '';
    await this.startDatabase({
      instanceId: 'own',
      address,
      volume: `${folder}/volumes/own`,
      user: 'own',
      password: 'own',
    });
    return `mongodb://own:own@${address}:27017/?authSource=admin&directConnection=true`;
  }

  /** Starts a database beside those of the hosts. */
  async startDatabase(settings: DatabaseSettings): Promise<Database> {
    const { processes } = this.stack;
    return await secantusDatabases(await preparePython(processes, () => {}), processes)(settings);
  }

  /** The ids of the events that its store holds. */
  async storedIds(pipeline: WebhookPipeline): Promise<string[]> {
    const store = await this.openStore(pipeline);
    try {
      return (await store.events.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id);
    } finally {
      await store.close();
    }
  }

  async waitReady(namespace: string, name: string, seconds = 60): Promise<WebhookPipeline> {
    return await this.waitFor(namespace, name, 'Ready', 'True', undefined, seconds);
  }

  /** Waits until a condition of the current generation has this status and, if given, this reason. */
  async waitFor(
    namespace: string,
    name: string,
    type: string,
    status: string,
    reason?: string,
    seconds = 60,
  ): Promise<WebhookPipeline> {
    let last = '';
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(150)) {
      const pipeline = await this.get(namespace, name);
      const condition = conditionOf(pipeline, type);
      last = JSON.stringify(condition);
      if (
        condition?.status === status &&
        condition.observedGeneration === pipeline.metadata.generation &&
        (reason === undefined || condition.reason === reason)
      ) {
        return pipeline;
      }
    }
    throw new Error(
      `${namespace}/${name} has not got ${type}=${status} ${reason ?? ''} in ${seconds} s: ${last}`,
    );
  }

  /** Calls of AWS's control plane that change something, as "service:Action". */
  changes(): string[] {
    return this.stack.proxy
      .mutatingCalls()
      .map(({ service, action }) => `${service}:${action}`)
      .filter((call) => !DATA_PLANE.has(call));
  }

  /** Waits until the operator has looked at what a pipeline has in AWS since the proxy was last cleared: at its functions by themselves. */
  async looked(seconds?: number): Promise<void> {
    const isLook = ({ service, action }: RecordedCall) => service === 'lambda' && action === 'GetFunction';
    await eventually('the operator looks at AWS', async () => this.stack.proxy.calls.some(isLook), seconds);
  }
}

/** What functions and probes do all the time. */
const DATA_PLANE = new Set(['sqs:SendMessage', 'sqs:DeleteMessage', 'sqs:ReceiveMessage', 'lambda:Invoke']);

export const GITHUB = { source: { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'key' }] } };

/** What an object of a pipeline is called in AWS. */
export function objectId({ status }: WebhookPipeline, kind: string, name: string): string {
  const found = status?.objects?.find((object) => object.kind === kind && object.name === name);
  if (found?.id === undefined) throw new Error(`status names no ${kind} ${name}`);
  return found.id;
}

export function conditionOf({ status }: WebhookPipeline, type: string) {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Waits until `look` answers something else than `undefined` or false. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seconds = 90,
): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(150)) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
