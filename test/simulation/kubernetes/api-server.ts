import { isDeepStrictEqual } from 'node:util';
import { type Clock, rfc3339, sleep } from '../../../src/clock.ts';
import { ServerUnreachableError } from '../../../src/kubernetes/errors.ts';
import { isNewer } from '../../../src/kubernetes/resource.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../../src/kubernetes/transport.ts';
import { type Change, ObjectStore, type Stored } from './object-store.ts';
import { keyOfTarget, type Target, targetOf } from './request-path.ts';
import { type Fields, objectionsTo, type Schema, schemaOfPipelines, shaped } from './schema.ts';
import { applied, InvalidApply } from './server-side-apply.ts';

const PIPELINES = 'webhookpipelines';

/** What is asked for, as RBAC and `refuse` name it; `apply` is a server-side apply, `patch` a merge patch. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete';

/** A write of the operator. */
export interface Write {
  readonly at: number;
  readonly verb: Verb;
  /** Such as "webhookpipelines", "webhookpipelines/status" or "events". */
  readonly resource: string;
  readonly key: string;
  readonly body: unknown;
}

interface Refusal {
  readonly verb: Verb;
  readonly resource: string;
  readonly status: number;
  left: number;
}

/** A resource as a user writes it down. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    /** `null` takes one off. */
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: object;
}

/** How long the server takes for an answer, and for an event to reach a watch, in milliseconds. */
const LATENCY = 5;
const BOOKMARK_EVERY = 60_000;
const PAGE = 500;

class StatusError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Reasons that the API server gives with a status. */
const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/**
 * A Kubernetes API server in memory, as far as the operator speaks to one, and what a user does to it. What is not
 * imitated: other versions of a resource, admission, CEL rules, quotas.
 */
export class KubernetesApi {
  readonly writes: Write[] = [];
  readonly #store = new ObjectStore();
  /** The status that each manager of a pipeline applied last. */
  readonly #given = new Map<string, Fields>();
  readonly #refusals: Refusal[] = [];
  readonly #clock: Clock;
  #uids = 0;
  #cuts = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    for (const name of ['kube-system', 'default']) this.createNamespace(name);
  }

  // What a user does.

  /** Makes the pipeline, or gives it this spec; answers what is stored. */
  apply({ metadata, spec = {} }: Manifest): Stored {
    const { name, namespace = 'default' } = metadata;
    const key = `${namespace}/${name}`;
    const found = this.#store.get(PIPELINES, key);
    const { uid, generation, creationTimestamp } = found?.metadata ?? {};
    const { spec: shapedSpec } = shaped({ spec }, schemaOfPipelines()) as { spec: Fields };
    requireValid({ spec: shapedSpec }, schemaOfPipelines());
    const isSame = found !== undefined && isDeepStrictEqual(found.spec, shapedSpec);
    const annotations = Object.entries({ ...found?.metadata.annotations, ...metadata.annotations });
    return this.#store.put(PIPELINES, key, {
      apiVersion: 'nami.dev/v1alpha1',
      kind: 'WebhookPipeline',
      ...found,
      metadata: {
        ...found?.metadata,
        name,
        namespace,
        uid: uid ?? this.#newUid(),
        generation: isSame ? (generation ?? 1) : (generation ?? 0) + 1,
        creationTimestamp: creationTimestamp ?? rfc3339(this.#clock.now()),
        annotations: Object.fromEntries(
          annotations.filter((entry): entry is [string, string] => entry[1] !== null),
        ),
      },
      spec: shapedSpec,
      status: found?.status ?? { observedGeneration: -1 },
    });
  }

  /** Stores a spec unchecked: that of a pipeline from a time when the definition let more pass. */
  spoil(name: string, spec: Fields, namespace = 'default'): void {
    const found = this.#store.get(PIPELINES, `${namespace}/${name}`);
    if (found) this.#store.put(PIPELINES, `${namespace}/${name}`, { ...found, spec });
  }

  /** Adds annotations to a pipeline; `null` takes one off. */
  annotate(name: string, annotations: Readonly<Record<string, string | null>>, namespace = 'default'): void {
    const { spec } = this.#require({ resource: PIPELINES, namespace, name });
    this.apply({ metadata: { name, namespace, annotations }, ...(spec && { spec }) });
  }

  /** Asks for the deletion of a pipeline; its finalizers hold it. */
  delete(name: string, namespace = 'default'): void {
    this.#delete({ resource: PIPELINES, namespace, name });
  }

  /** Takes the finalizers off a pipeline and deletes it, as somebody does who has no patience. */
  wipe(name: string, namespace = 'default'): void {
    this.#store.remove(PIPELINES, `${namespace}/${name}`);
  }

  /** The pipeline as it is stored; undefined when it is gone. */
  get(name: string, namespace = 'default'): Stored | undefined {
    return this.#store.get(PIPELINES, `${namespace}/${name}`);
  }

  list(): Stored[] {
    return this.#store.list(PIPELINES);
  }

  /** A condition of a pipeline, such as "Ready". */
  condition(name: string, type: string, namespace = 'default'): Fields | undefined {
    const conditions = this.get(name, namespace)?.status?.conditions as Fields[] | undefined;
    return conditions?.find((condition) => condition.type === type);
  }

  createNamespace(name: string): void {
    this.#put('namespaces', 'Namespace', { name }, {});
  }

  deleteNamespace(name: string): void {
    this.#store.remove('namespaces', name);
  }

  setSecret(name: string, data: Readonly<Record<string, string>>, namespace = 'default'): void {
    this.#put('secrets', 'Secret', { name, namespace }, { data: encoded(data) });
  }

  secret(name: string, namespace = 'default'): Stored | undefined {
    return this.#store.get('secrets', `${namespace}/${name}`);
  }

  /** Changes some keys of a Secret, as somebody does who has the right to. */
  patchSecret(name: string, data: Readonly<Record<string, string>>, namespace = 'default'): void {
    const found = this.#require({ resource: 'secrets', namespace, name });
    this.#store.put('secrets', `${namespace}/${name}`, {
      ...found,
      data: { ...(found.data as Fields), ...encoded(data) },
    });
  }

  setConfigMap(name: string, data: Readonly<Record<string, string>>, namespace = 'default'): void {
    this.#put('configmaps', 'ConfigMap', { name, namespace }, { data });
  }

  remove(resource: 'secrets' | 'configmaps', name: string, namespace = 'default'): void {
    this.#store.remove(resource, `${namespace}/${name}`);
  }

  /** Events that were recorded, with their reasons and notes. */
  get events(): Stored[] {
    return this.#store.list('events');
  }

  // What may go wrong.

  /** Answers what is asked for with `status`, `times` times; 0 stands for no answer at all. */
  refuse(verb: Verb, resource: string, status: number, times = Number.POSITIVE_INFINITY): void {
    this.#refusals.push({ verb, resource, status, left: times });
  }

  /** Takes all refusals back. */
  accept(): void {
    this.#refusals.length = 0;
  }

  /** Makes watches begin anew with a list. */
  compact(): void {
    this.#store.compact();
  }

  /** What changes reaches a watch so many seconds late. */
  watchDelaySeconds = 0;
  /** Whether a watch that is late tells of an object's newest state alone. */
  skipsStates = false;

  /** Breaks the connections of all watches. */
  cutWatches(): void {
    this.#cuts += 1;
    this.#store.wake();
  }

  /** Lists show what is there now, whatever comes, as those of a server whose cache stands still do; false ends it. */
  freezeLists(isFrozen: boolean): void {
    this.#store.freeze(isFrozen);
  }

  /** Ends all of this. */
  calm(): void {
    this.accept();
    this.watchDelaySeconds = 0;
    this.skipsStates = false;
    this.freezeLists(false);
  }

  /** How often the operator wrote so far. */
  countWrites(): { readonly status: number; readonly finalizers: number; readonly events: number } {
    const count = (resource: string) => this.writes.filter((write) => write.resource === resource).length;
    return { status: count(`${PIPELINES}/status`), finalizers: count(PIPELINES), events: count('events') };
  }

  // What the operator sees.

  readonly transport: Transport = {
    serverUrl: 'https://kubernetes.simulated',
    close: async () => {},
    request: async (request) => {
      await sleep(this.#clock, LATENCY);
      if (request.signal.aborted) throw new Error('aborted');
      return this.#answer(request);
    },
  };

  #answer(request: TransportRequest): TransportResponse {
    const target = targetOf(request.path);
    const verb = verbOf(request, target);
    try {
      this.#refuseIfTold(verb, target);
      if (verb === 'watch') return { status: 200, headers: {}, body: this.#watch(target, request.signal) };
      return jsonResponse(verb === 'create' ? 201 : 200, this.#serve(verb, target, request));
    } catch (error) {
      if (error instanceof InvalidApply) return errorResponse(new StatusError(422, 'Invalid', error.message));
      if (error instanceof StatusError) return errorResponse(error);
      throw error;
    }
  }

  #refuseIfTold(verb: Verb, { resource, subresource }: Target): void {
    const name = subresource === undefined ? resource : `${resource}/${subresource}`;
    const refusal = this.#refusals.find(
      (each) => each.verb === verb && each.resource === name && each.left > 0,
    );
    if (!refusal) return;
    refusal.left -= 1;
    const { status } = refusal;
    if (status === 0) {
      throw new ServerUnreachableError(this.transport.serverUrl, 'the connection was reset');
    }
    throw new StatusError(status, REASONS[status] ?? '', `${name} are refused (${verb}) by the simulation`);
  }

  #serve(verb: Exclude<Verb, 'watch'>, target: Target, { body }: TransportRequest): unknown {
    if (verb === 'get') return this.#require(target);
    if (verb === 'list') return this.#list(target);
    const given = JSON.parse(body ?? '{}') as Fields;
    const { resource, subresource } = target;
    this.writes.push({
      at: this.#clock.now(),
      verb,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      key: keyOfTarget(target),
      body: given,
    });
    if (verb === 'create') return this.#create(target, given as unknown as Stored);
    if (verb === 'apply') return this.#applyStatus(target, given);
    if (verb === 'patch') return this.#patch(target, given);
    if (verb === 'update') return this.#update(target, given as unknown as Stored);
    this.#delete(target);
    return {};
  }

  #list({ resource, namespace, query }: Target): unknown {
    for (const name of ['labelSelector', 'fieldSelector']) {
      if (query.has(name)) throw new Error(`the simulation knows no ${name}`);
    }
    const shown = this.#store.shown(resource);
    const all = shown.objects
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const [version = String(shown.version), start = '0'] = query.get('continue')?.split(':') ?? [];
    const first = Number(start);
    if (first > 0 && Number(version) < this.#store.compactedAt) throw expired();
    const last = first + Number(query.get('limit') ?? PAGE);
    return {
      metadata: { resourceVersion: version, ...(last < all.length && { continue: `${version}:${last}` }) },
      items: all.slice(first, last).map((item) => structuredClone(item)),
    };
  }

  async *#watch({ resource, namespace, query }: Target, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const line = (type: string, object: object) =>
      new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`);
    const end = this.#clock.now() + Number(query.get('timeoutSeconds') ?? 300) * 1000;
    const cuts = this.#cuts;
    let version = Number(query.get('resourceVersion') ?? this.#store.version);
    let bookmarkAt = this.#clock.now() + BOOKMARK_EVERY;
    for (;;) {
      if (version < this.#store.compactedAt) {
        const { status: code, reason, message } = expired();
        yield line('ERROR', { kind: 'Status', code, reason, message });
        return;
      }
      if (this.#cuts !== cuts)
        throw new ServerUnreachableError(this.transport.serverUrl, 'the connection was reset');
      for (const change of this.#changesToTell(version, resource)) {
        version = change.version;
        if (namespace === undefined || change.object.metadata.namespace === namespace)
          yield line(change.type, change.object);
      }
      if (this.#clock.now() >= end) return;
      if (this.#clock.now() >= bookmarkAt) {
        version = this.#store.version;
        bookmarkAt = this.#clock.now() + BOOKMARK_EVERY;
        const metadata = { resourceVersion: String(version) };
        yield line('BOOKMARK', { kind: 'WebhookPipeline', metadata });
      }
      await this.#changeOr(Math.min(end, bookmarkAt) - this.#clock.now(), signal);
      if (signal.aborted) throw new Error('aborted');
      await sleep(this.#clock, LATENCY + this.watchDelaySeconds * 1000, signal);
      if (signal.aborted) throw new Error('aborted');
    }
  }

  #changesToTell(version: number, resource: string): Change[] {
    const changes = this.#store.changesAfter(version, resource);
    if (!this.skipsStates) return changes;
    const keyOf = ({ object: { metadata } }: Change) =>
      `${metadata.namespace}/${metadata.name}/${metadata.uid}`;
    const newest = new Map(changes.map((change) => [keyOf(change), change]));
    return changes.filter((change) => newest.get(keyOf(change)) === change);
  }

  #changeOr(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        stop();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, finish);
      const stop = this.#store.onChange(finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  #create({ resource, namespace }: Target, given: Stored): Stored {
    const { name } = given.metadata;
    const key = keyOfTarget({ namespace, name });
    if (namespace !== undefined && !this.#store.get('namespaces', namespace))
      throw notFound('namespaces', namespace);
    if (this.#store.get(resource, key))
      throw new StatusError(409, 'AlreadyExists', `${resource} "${name}" already exists`);
    return this.#put(resource, given.kind, given.metadata, given);
  }

  #applyStatus(target: Target, given: Fields): Stored {
    const { resource, subresource, query } = target;
    if (resource !== PIPELINES || subresource !== 'status')
      throw new Error('the simulation applies nothing but the status of pipelines');
    const found = this.#require(target);
    const schema = schemaOfPipelines().properties?.status ?? {};
    const owner = `${found.metadata.uid} ${query.get('fieldManager')}`;
    const status = shaped(given.status ?? {}, { ...schema, default: undefined }) as Fields;
    requireValid(status, schema, 'status');
    const object = applied(found.status, this.#given.get(owner), status, schema) as Fields;
    this.#given.set(owner, status);
    if (isDeepStrictEqual(object, found.status)) return found;
    return this.#store.put(resource, keyOfTarget(target), { ...found, status: object });
  }

  #update(target: Target, given: Stored): Stored {
    const found = this.#require(target);
    requireCurrent(found, given.metadata.resourceVersion, target);
    return this.#store.put(target.resource, keyOfTarget(target), {
      ...given,
      metadata: { ...found.metadata, ...given.metadata },
    });
  }

  #patch(target: Target, given: Fields): Stored {
    const { resource } = target;
    const found = this.#require(target);
    const { metadata = {}, ...fields } = given as { metadata?: Partial<Stored['metadata']> } & Fields;
    const { resourceVersion, finalizers } = metadata;
    requireCurrent(found, resourceVersion, target);
    const before = found.metadata.finalizers ?? [];
    const isDeleted = found.metadata.deletionTimestamp !== undefined;
    if (isDeleted && finalizers?.some((each) => !before.includes(each))) {
      throw new StatusError(
        422,
        'Invalid',
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted',
      );
    }
    if (isDeleted && finalizers?.length === 0) {
      this.#store.remove(resource, keyOfTarget(target));
      return found;
    }
    return this.#store.put(resource, keyOfTarget(target), {
      ...found,
      ...fields,
      metadata: { ...found.metadata, ...metadata },
    });
  }

  #delete(target: Pick<Target, 'resource' | 'namespace' | 'name'>): void {
    const found = this.#require(target);
    const key = keyOfTarget(target);
    if ((found.metadata.finalizers ?? []).length === 0) this.#store.remove(target.resource, key);
    else if (found.metadata.deletionTimestamp === undefined) {
      const { generation = 0 } = found.metadata;
      const deletionTimestamp = rfc3339(this.#clock.now());
      const metadata = { ...found.metadata, generation: generation + 1, deletionTimestamp };
      this.#store.put(target.resource, key, { ...found, metadata });
    }
  }

  #require(target: Pick<Target, 'resource' | 'namespace' | 'name'>): Stored {
    const found = this.#store.get(target.resource, keyOfTarget(target));
    if (!found) throw notFound(target.resource, target.name ?? '');
    return found;
  }

  #put(resource: string, kind: string, metadata: Stored['metadata'], rest: object): Stored {
    return this.#store.put(
      resource,
      keyOfTarget(metadata as { name: string; namespace: string | undefined }),
      {
        apiVersion: 'v1',
        kind,
        ...rest,
        metadata: { uid: this.#newUid(), creationTimestamp: rfc3339(this.#clock.now()), ...metadata },
      },
    );
  }

  #newUid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, '0')}`;
  }
}

function requireCurrent(found: Stored, version: string | undefined, { resource, name }: Target): void {
  if (version === undefined || !isNewer(found.metadata.resourceVersion, version)) return;
  throw new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );
}

function verbOf({ method, headers }: TransportRequest, { name, query }: Target): Verb {
  switch (method) {
    case 'GET':
      if (query.get('watch') === 'true') return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'DELETE':
      return 'delete';
    case 'PATCH':
      return headers['content-type'] === 'application/apply-patch+yaml' ? 'apply' : 'patch';
  }
}

function requireValid(value: unknown, schema: Schema, path = ''): void {
  const objections = objectionsTo(value, { ...schema, required: [] }, path);
  if (objections.length > 0) throw new StatusError(422, 'Invalid', objections.join('; '));
}

const notFound = (resource: string, name: string) =>
  new StatusError(404, 'NotFound', `${resource} "${name}" not found`);

const expired = () => new StatusError(410, 'Expired', 'too old resource version');

function jsonResponse(status: number, json: unknown): TransportResponse {
  async function* body() {
    yield new TextEncoder().encode(JSON.stringify(json));
  }
  return { status, headers: {}, body: body() };
}

function errorResponse({ status, reason, message }: StatusError): TransportResponse {
  return jsonResponse(status, { kind: 'Status', code: status, reason, message });
}

const encoded = (data: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
