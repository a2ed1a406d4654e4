import type { Account } from './account.ts';
import { judge, TerminalError } from './errors.ts';
import { type Graph, type GraphNode, type KindName, keyOf } from './graph.ts';
import { kinds } from './kinds/index.ts';
import { type Actual, type Kind, type Owner, type Ref, TAGS, type Tags } from './object.ts';

/**
 * Makes an account match a graph: forward along its references, then removes what the owner has and the graph does
 * not want. Nothing here waits; whatever takes time is looked at again.
 */

type Outputs = Readonly<Record<string, string>>;

/** How one node came out. */
export interface NodeOutcome {
  readonly node: GraphNode;
  readonly state: 'Ready' | 'Pending' | 'Blocked' | 'Failed';
  readonly id?: string;
  readonly outputs: Outputs;
  /** One word, on failure. */
  readonly reason?: string;
  readonly message?: string;
  /** Trying again without a change by the user is useless. */
  readonly terminal?: true;
  /** AWS did not say whether it is there, so nothing of its kind counts as unwanted. */
  readonly unseen?: true;
  /** Look again in so many seconds. */
  readonly seconds?: number;
  /** What was done to it in this pass, such as "created" or "updated memoryMiB". */
  readonly done: readonly string[];
}

/** An object that the graph does not want: on its way out, kept on purpose, or not to be removed for now. */
export interface Leftover {
  readonly kind: KindName;
  readonly id: string;
  readonly why: 'removing' | 'kept' | 'failed';
  readonly message?: string;
}

export interface Outcome {
  readonly nodes: readonly NodeOutcome[];
  readonly leftovers: readonly Leftover[];
  /** Nothing left to do: every node that is not optional is ready, and nothing is being removed. */
  readonly settled: boolean;
  /** Look again in so many seconds; absent when settled or when only a backoff helps. */
  readonly seconds?: number;
  /** Something failed: back off before the next try. */
  readonly failed: boolean;
}

export interface ApplyOptions {
  /** Values that come from outside the graph, by the name that `given()` uses. */
  readonly given?: Readonly<Record<string, Outputs>>;
  /** Which unwanted objects may go; by default all of the owner's. With `false` none is even looked for. */
  readonly mayRemove?: false | ((kind: KindName, actual: Actual) => boolean);
}

/** Rounds of find, create and update that one node gets in one pass. */
const ROUNDS = 4;

/** Each node's kind fits its own `desired`; TypeScript cannot follow that through the table. */
const kindOf = (name: KindName) => kinds[name] as unknown as Kind<unknown, unknown>;

export async function apply(
  account: Account,
  graph: Graph,
  owner: Owner,
  options: ApplyOptions = {},
): Promise<Outcome> {
  const byKey = new Map(graph.map((node) => [keyOf(node.kind, node.id), node]));
  const begun = new Map<string, Promise<NodeOutcome>>();

  const settle = (node: GraphNode): Promise<NodeOutcome> => {
    const key = keyOf(node.kind, node.id);
    const known = begun.get(key);
    if (known) return known;
    const outcome = settleNode(node);
    begun.set(key, outcome);
    return outcome;
  };

  const settleNode = async (node: GraphNode): Promise<NodeOutcome> => {
    const outputs: Record<string, Outputs> = {};
    for (const key of dependenciesOf(node)) {
      const wanted = byKey.get(key);
      const before = wanted && (await settle(wanted));
      if (before && before.state !== 'Ready') return blocked(node, `waits for ${key}`);
      const values = before?.outputs ?? options.given?.[key.replace(/^given\//, '')];
      if (!values) return blocked(node, `waits for ${key.replace(/^given\//, '')} of the region`);
      outputs[key] = values;
    }
    return await settleOne(account, node, owner, outputs);
  };

  const nodes = await Promise.all(graph.map(settle));
  const waiting = nodes.filter(({ node, state }) => state !== 'Ready' && !node.optional);
  const leftovers =
    waiting.length === 0 && options.mayRemove !== false
      ? await removeUnwanted(account, nodes, owner, options.mayRemove)
      : [];
  const removing = leftovers.some(({ why }) => why === 'removing');
  const failed =
    nodes.some(
      ({ state, node, terminal, unseen }) => state === 'Failed' && !terminal && (unseen || !node.optional),
    ) || leftovers.some(({ why }) => why === 'failed');
  const seconds = [...nodes.flatMap((outcome) => outcome.seconds ?? []), ...(removing ? [1] : [])];
  return {
    nodes,
    leftovers,
    failed,
    settled: waiting.length === 0 && !removing && !failed,
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}

const blocked = (node: GraphNode, message: string): NodeOutcome => ({
  node,
  state: 'Blocked',
  outputs: {},
  message,
  unseen: true,
  done: [],
});

async function settleOne(
  account: Account,
  node: GraphNode,
  owner: Owner,
  outputs: Readonly<Record<string, Outputs>>,
): Promise<NodeOutcome> {
  const kind = kindOf(node.kind);
  const done: string[] = [];
  let found: Actual | undefined;
  let seen = false;
  const outcome = (rest: Partial<NodeOutcome> & Pick<NodeOutcome, 'state'>): NodeOutcome => ({
    node,
    outputs: found?.outputs ?? {},
    ...(found && { id: found.id }),
    done,
    ...rest,
  });
  try {
    const desired = resolve(node.desired, outputs);
    const tags: Tags = {
      ...owner.identity,
      ...owner.tags,
      [TAGS.object]: node.id,
      ...(resolve(node.tags ?? {}, outputs) as Tags),
    };
    for (let round = 0; round < ROUNDS; round++) {
      found = await kind.find(account, desired, owner);
      seen = true;
      if (!found) {
        // Created and not listed yet: reads of AWS lag behind its writes.
        if (done.includes('created'))
          return outcome({ state: 'Pending', message: 'was just created', seconds: 1 });
        await kind.create(account, desired, tags, owner);
        done.push('created');
        continue;
      }
      if (found.state.is !== 'ready') {
        return outcome({ state: 'Pending', message: found.state.why, seconds: found.state.seconds });
      }
      checkOwnership(node, found, owner);
      const missing = kind.tag && found.tags ? missingTags(found.tags, tags) : {};
      if (Object.keys(missing).length > 0) {
        await kind.tag?.(account, found, missing);
        done.push(`tagged ${Object.keys(missing).join(', ')}`);
      }
      const differences = kind.compare(found, desired);
      if (differences.length === 0) return outcome({ state: 'Ready' });
      await kind.update(account, desired, found, owner);
      done.push(`updated ${differences.join(', ')}`);
    }
    return outcome({ state: 'Pending', message: done.at(-1) ?? 'is being updated', seconds: 1 });
  } catch (error) {
    const verdict = judge(error);
    if (verdict.is === 'requeue') {
      return outcome({ state: 'Pending', message: verdict.message, seconds: verdict.seconds });
    }
    return outcome({
      state: 'Failed',
      reason: verdict.reason,
      message: verdict.message,
      ...(verdict.is === 'terminal' && { terminal: true }),
      ...(!seen && { unseen: true }),
    });
  }
}

/** Objects of a lower order first; those of one order side by side; the next only when all before are gone. */
async function removeUnwanted(
  account: Account,
  nodes: readonly NodeOutcome[],
  owner: Owner,
  mayRemove: Exclude<ApplyOptions['mayRemove'], false>,
): Promise<Leftover[]> {
  const wanted = new Set(nodes.map(({ node, id }) => `${node.kind} ${id}`));
  const leftovers: Leftover[] = [];
  const unseen = new Set(nodes.filter((outcome) => outcome.unseen).map(({ node }) => node.kind));
  const names = (Object.keys(kinds) as KindName[]).filter((name) => !unseen.has(name));
  const orders = [...new Set(names.map((name) => kinds[name].removal))].sort((a, b) => a - b);
  for (const order of orders) {
    const batch = names.filter((name) => kinds[name].removal === order);
    const unwantedOf = async (name: KindName): Promise<Actual[] | Leftover> => {
      const owned = await ownedOf(account, name, owner);
      if ('why' in owned) return owned;
      return owned.filter(
        (actual) => !wanted.has(`${name} ${actual.id}`) && (mayRemove?.(name, actual) ?? true),
      );
    };
    const left = await Promise.all(
      batch.map(async (name): Promise<Leftover[]> => {
        const unwanted = await unwantedOf(name);
        if ('why' in unwanted) return [unwanted];
        const asked = await Promise.all(unwanted.map((actual) => removeOne(account, name, actual, owner)));
        if (!asked.some(({ why }) => why === 'removing')) return asked;
        // Much is gone at once; what isn't is waited for.
        const still = await unwantedOf(name);
        if ('why' in still) return [...asked, still];
        return asked.filter(({ why, id }) => why !== 'removing' || still.some((actual) => actual.id === id));
      }),
    );
    leftovers.push(...left.flat());
    if (leftovers.some(({ why }) => why !== 'kept')) break;
  }
  return leftovers;
}

async function ownedOf(account: Account, kind: KindName, owner: Owner): Promise<Actual[] | Leftover> {
  try {
    const all = await kindOf(kind).owned(account, owner);
    return all.filter((actual) => actual.tags === undefined || isOurs(actual.tags, owner));
  } catch (error) {
    return { kind, id: '(list)', why: 'failed', message: judge(error).message };
  }
}

async function removeOne(account: Account, kind: KindName, actual: Actual, owner: Owner): Promise<Leftover> {
  if (actual.tags?.[TAGS.reclaimPolicy] === 'Retain') return { kind, id: actual.id, why: 'kept' };
  if (actual.state.is === 'leaving')
    return { kind, id: actual.id, why: 'removing', message: actual.state.why };
  try {
    await kindOf(kind).remove(account, actual, owner);
    return { kind, id: actual.id, why: 'removing' };
  } catch (error) {
    const verdict = judge(error);
    return {
      kind,
      id: actual.id,
      why: verdict.is === 'requeue' ? 'removing' : 'failed',
      message: verdict.message,
    };
  }
}

/** Marks everything that the owner has, for a pipeline that leaves its objects in AWS. */
export async function tagOwned(account: Account, owner: Owner, tags: Tags): Promise<void> {
  for (const name of Object.keys(kinds) as KindName[]) {
    const kind = kindOf(name);
    if (!kind.tag) continue;
    for (const actual of await kind.owned(account, owner)) {
      if (actual.tags && isOurs(actual.tags, owner)) await kind.tag(account, actual, tags);
    }
  }
}

function missingTags(actual: Tags, wanted: Tags): Tags {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => actual[key] !== value));
}

const carries = (tags: Tags, wanted: Tags) => Object.keys(missingTags(tags, wanted)).length === 0;

function isOurs(tags: Tags, owner: Owner): boolean {
  if (!carries(tags, owner.identity)) return false;
  const namespace = owner.tags[TAGS.namespaceUid];
  const found = tags[TAGS.namespaceUid];
  return owner.takeOver || namespace === undefined || found === undefined || found === namespace;
}

function checkOwnership(node: GraphNode, actual: Actual, owner: Owner): void {
  if (actual.tags === undefined || isOurs(actual.tags, owner)) return;
  if (carries(actual.tags, owner.identity)) {
    throw new TerminalError(
      'OwnedByPredecessor',
      `${node.kind} ${actual.id} was left by a pipeline in an earlier namespace of this name: annotate the pipeline with nami.dev/take-over=true to take it over, or remove it in AWS`,
    );
  }
  const name = [TAGS.cluster, TAGS.namespace, TAGS.name].map((key) => owner.identity[key]).join('/');
  if (actual.tags[TAGS.adoptableBy] === name) return;
  throw new TerminalError(
    'NotOurs',
    `${node.kind} ${actual.id} exists and does not belong to this pipeline: remove it, or tag it ${TAGS.adoptableBy}=${name} to hand it over`,
  );
}

/** Keys of the nodes and given values that this node refers to. */
export function dependenciesOf(node: GraphNode): string[] {
  const keys = new Set(node.after);
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isRef(value)) keys.add(value.$ref);
    else for (const part of Object.values(value)) visit(part);
  };
  visit(node.desired);
  visit(node.tags);
  return [...keys];
}

function isRef(value: object): value is Ref {
  return '$ref' in value;
}

/** The value with every reference in it replaced by what was observed. */
function resolve(value: unknown, outputs: Readonly<Record<string, Outputs>>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, outputs));
  if (typeof value !== 'object' || value === null) return value;
  if (isRef(value)) {
    const found = outputs[value.$ref]?.[value.field];
    if (found === undefined) throw new Error(`${value.$ref} has no ${value.field}`);
    return found;
  }
  if ('$join' in value) return (resolve(value.$join, outputs) as string[]).join('');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, outputs)]));
}
