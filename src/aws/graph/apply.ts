import type { Account } from '../account/account.ts';
import { isNotFound, judge, mayHaveWorked } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { surplusTags } from '../object/added-tags.ts';
import type { CodeSource } from '../object/code.ts';
import type { Remark } from '../object/kind.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import { type Graph, type GraphNode, nodeKey } from './graph.ts';
import { checkOwnership, isOurs, missingTags } from './ownership.ts';
import { dependenciesOf, type Outputs, resolve } from './references.ts';
import { type Leftover, type MayRemove, removeUnwanted, type Wanted } from './remove-unwanted.ts';

/**
 * Makes an account match a graph: forward along its references, then removes what the owner has and the graph does
 * not want. Nothing here waits; whatever takes time is looked at again.
 */

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
  /** It is there and works, although a change of it is under way or has failed. */
  readonly stands?: true;
  /** AWS did not say whether it is there, so nothing of its kind counts as unwanted. */
  readonly unseen?: true;
  /** Look again in so many seconds. */
  readonly seconds?: number;
  /** What is to be known of it although it is ready. */
  readonly remark?: Remark;
  /** What was done to it in this pass, such as "created" or "updated memoryMiB". */
  readonly done: readonly string[];
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

export interface PassOptions {
  /** Values that come from outside the graph, by the name that `given()` uses. */
  readonly given?: Readonly<Record<string, Outputs>>;
  /** The code of the graph's functions. */
  readonly code?: CodeSource;
  /** Which unwanted objects may go; by default all of the owner's. With `false` none is even looked for. */
  readonly mayRemove?: false | MayRemove;
}

/** Rounds of find, create and update that one node gets in one pass. */
const ROUNDS = 4;

export async function apply(
  account: Account,
  graph: Graph,
  owner: Owner,
  options: PassOptions = {},
): Promise<Outcome> {
  const byKey = new Map(graph.map((node) => [nodeKey(node.kind, node.id), node]));
  const begun = new Map<string, Promise<NodeOutcome>>();

  const settle = (node: GraphNode): Promise<NodeOutcome> => {
    const key = nodeKey(node.kind, node.id);
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
      if (before && !serves(before)) return blocked(node, `waits for ${key}`);
      const values = before?.outputs ?? options.given?.[key.replace(/^given\//, '')];
      if (!values) return blocked(node, `waits for ${key.replace(/^given\//, '')} of the region`);
      outputs[key] = values;
    }
    return await settleOne(account, node, owner, outputs, options.code);
  };

  const nodes = await Promise.all(graph.map(settle));
  const waiting = nodes.filter(({ node, state }) => state !== 'Ready' && !node.optional);
  const leftovers =
    waiting.length === 0 && options.mayRemove !== false
      ? await removeUnwanted(account, owner, wantedBy(nodes), options.mayRemove)
      : [];
  const removing = leftovers.filter(({ why }) => why === 'removing');
  const failed =
    nodes.some(
      ({ state, node, terminal, unseen }) => state === 'Failed' && !terminal && (unseen || !node.optional),
    ) || leftovers.some(({ why }) => why === 'failed');
  const seconds = [...nodes, ...removing].flatMap((each) => each.seconds ?? []);
  return {
    nodes,
    leftovers,
    failed,
    settled: waiting.length === 0 && removing.length === 0 && !failed,
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}

const wantedBy = (nodes: readonly NodeOutcome[]): Wanted => ({
  objects: new Set(nodes.map(({ node, id }) => `${node.kind} ${id}`)),
  unseen: new Set(nodes.filter(({ unseen }) => unseen).map(({ node }) => node.kind)),
});

/** Whether what depends on it can go on. */
export const serves = ({ node, state, stands }: NodeOutcome): boolean =>
  state === 'Ready' || (node.standing === true && stands === true);

/** The id of the object that it is known to have been, for as long as no other has taken its place. */
function knownId({ desired }: GraphNode): { readonly id?: string } {
  const { expectedId } = desired as { readonly expectedId?: string };
  return expectedId === undefined || expectedId === '' ? {} : { id: expectedId };
}

const blocked = (node: GraphNode, message: string): NodeOutcome => ({
  node,
  state: 'Blocked',
  ...knownId(node),
  outputs: {},
  message,
  unseen: true,
  done: [],
});

/** One node's way through one pass. */
async function settleOne(
  account: Account,
  node: GraphNode,
  owner: Owner,
  outputs: Readonly<Record<string, Outputs>>,
  code: CodeSource | undefined,
): Promise<NodeOutcome> {
  const kind = kindOf(node.kind);
  const { recentlyMade, patience } = account;
  const waitKey = `${owner.prefix} ${nodeKey(node.kind, node.id)}`;
  const done: string[] = [];
  let found: Actual | undefined;
  let seen = false;
  let stands = false;
  let interrupted = false;
  const outcome = (rest: Partial<NodeOutcome> & Pick<NodeOutcome, 'state'>): NodeOutcome => ({
    node,
    outputs: found?.outputs ?? {},
    ...(found ? { id: found.id } : knownId(node)),
    ...(rest.state !== 'Ready' && stands && { stands }),
    done,
    ...rest,
  });
  const wait = (message: string, atLeast?: number) =>
    outcome({ state: 'Pending', message, seconds: patience.seconds(waitKey, message, atLeast) });
  try {
    const desired = resolve(node.desired, outputs);
    const tags: Tags = {
      ...owner.identity,
      ...owner.tags,
      [TAGS.object]: node.id,
      ...(resolve(node.tags ?? {}, outputs) as Tags),
    };
    for (let round = 0; round < ROUNDS; round++) {
      stands = false;
      found = await kind.find(account, desired, owner);
      seen = true;
      const made = recentlyMade.recall(owner, node.kind, node.id);
      if (made && isListed(found, owner)) recentlyMade.forget(owner, made);
      else if (made) {
        found = made.actual;
        if (found?.state.is !== 'ready') return wait(found ? UNLISTED : UNANSWERED);
      }
      if (!found) {
        found = await create(account, node, desired, tags, owner, code);
        done.push('created');
      }
      if (found.state.is !== 'ready') {
        stands = found.state.is === 'pending' && found.state.serves === true;
        return wait(found.state.why, found.state.seconds);
      }
      checkOwnership(node, found, owner);
      stands = !interrupted;
      const surplus = kind.untag && found.tags ? surplusTags(found.tags, tags) : [];
      // Before the note of the added tags changes: what it names no more would stay for good.
      if (surplus.length > 0) {
        await kind.untag?.(account, found, surplus);
        done.push(`untagged ${surplus.join(', ')}`);
      }
      const missing = kind.tag && found.tags ? missingTags(found.tags, tags) : {};
      if (Object.keys(missing).length > 0) {
        await kind.tag?.(account, found, missing);
        done.push(`tagged ${Object.keys(missing).join(', ')}`);
      }
      const differences = kind.compare(found, desired);
      if (differences.length === 0) {
        patience.end(waitKey);
        const remark = kind.remark?.(found, desired);
        return outcome({ state: 'Ready', ...(remark && { remark }) });
      }
      const update = `${UPDATED}${differences.join(', ')}`;
      // What was just written is not written again because a read lags behind.
      if (done.includes(update)) return wait(`${update}, and AWS does not show it yet`);
      await kind.update(account, desired, found, owner, code);
      interrupted ||= kind.interrupts?.(differences) === true;
      done.push(update);
    }
    return wait(done.at(-1) ?? 'is being updated');
  } catch (error) {
    const judgement = judge(error);
    if (judgement.is === 'requeue') return wait(judgement.message, judgement.seconds);
    // What was just made may be listed without its tags, or not at all.
    if (!seen && recentlyMade.recall(owner, node.kind, node.id)) return wait(UNLISTED);
    // One service does not know yet what another has made.
    if (seen && isNotFound(error) && recentlyMade.of(owner).length > 0) {
      return wait(`waits until AWS knows everywhere what was just made (${judgement.message})`, 2);
    }
    return outcome({
      state: 'Failed',
      reason: judgement.reason,
      message: judgement.message,
      ...(judgement.is === 'terminal' && { terminal: true }),
      ...(!seen && { unseen: true }),
    });
  }
}

const UPDATED = 'updated ';
const UNLISTED = 'was just made, and AWS does not list it yet';
const UNANSWERED = 'AWS gave no answer when it was made: whether it is there shows within half a minute';

/** Its tags may be listed later than the object itself. */
const isListed = (found: Actual | undefined, owner: Owner): boolean =>
  found !== undefined && (found.tags === undefined || isOurs(found.tags, owner));

async function create(
  account: Account,
  node: GraphNode,
  desired: unknown,
  tags: Tags,
  owner: Owner,
  code: CodeSource | undefined,
): Promise<Actual> {
  const kind = kindOf(node.kind);
  const remember = (actual?: Actual) =>
    account.recentlyMade.remember(owner, { kind: node.kind, object: node.id, actual });
  try {
    const made = await kind.create(account, desired, tags, owner, code);
    remember(made);
    return made;
  } catch (error) {
    if (kind.doubles && mayHaveWorked(error)) remember();
    throw error;
  }
}
