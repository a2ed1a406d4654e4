import type { Account } from '../account/account.ts';
import type { CodeSource } from '../object/code.ts';
import { imprint } from '../object/fingerprint.ts';
import type { Owner } from '../object/owner.ts';
import { type Graph, type GraphNode, type KindName, nodeKey } from './graph.ts';
import type { Leftover } from './leftover.ts';
import type { Expected } from './missed.ts';
import type { Reclaim } from './reclaim.ts';
import { dependenciesOf, missingGiven, type Outputs } from './references.ts';
import { type MayRemove, type Removal, removeUnwanted, type Wanted } from './remove-unwanted.ts';
import { knownId, type NodeOutcome, REST, settleNode } from './settle-node.ts';

export type { NodeOutcome } from './settle-node.ts';

/**
 * Makes an account match a graph: forward along its references, then removes what the owner has and the graph does
 * not want. Nothing here waits; whatever takes time is looked at again.
 */

export interface Outcome {
  readonly nodes: readonly NodeOutcome[];
  readonly leftovers: readonly Leftover[];
  /** What nothing wanted, and is gone since this pass asked for it; absent: nothing. */
  readonly removed?: readonly Leftover[];
  /** Nothing left to do: every node that is not optional is ready, and nothing is being removed. */
  readonly settled: boolean;
  /** Look again in so many seconds; absent when settled or when only a backoff helps. */
  readonly seconds?: number;
  /** Something failed: back off before the next try. */
  readonly failed: boolean;
  /** When the owner was seen to have nothing beside what is wanted; absent where that was not looked for, or not so. */
  readonly swept?: Swept;
}

interface Swept {
  /** What was wanted then, in short. */
  readonly wanted: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a pass leaves for the next one. */
export interface SeenBefore {
  readonly nodes: readonly NodeOutcome[];
  readonly swept?: Swept | undefined;
}

export interface PassOptions {
  /** Values that come from outside the graph, by the name that `given()` uses. */
  readonly given?: Readonly<Record<string, Outputs>>;
  /** The code of the graph's functions. */
  readonly code?: CodeSource;
  /** How the pass before came out: what was right a moment ago, and is wanted as it was, is not read again. */
  readonly before?: SeenBefore;
  /** All is believed to be at rest, so that what lists of everybody's objects show to be right is not looked for by itself. */
  readonly glances?: boolean;
  /** The same has been wanted for longer than such a list serves, so that it shows whatever else there is. */
  readonly isOldWish?: boolean;
  /** Which unwanted objects may go; by default all of the owner's. With `false` none is even looked for. */
  readonly mayRemove?: false | MayRemove;
  /** Kinds of which anything may go; by default all. */
  readonly only?: readonly KindName[];
  /** What the owner is known to have had: before it counts as gone it is looked for by id. */
  readonly expected?: Expected;
  /** What is to become of what outlasts the owner; by default what its tags say. */
  readonly reclaim?: Reclaim;
}

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
    const outcome = settleAfterOthers(node);
    begun.set(key, outcome);
    return outcome;
  };

  const settleAfterOthers = async (node: GraphNode): Promise<NodeOutcome> => {
    const outputs: Record<string, Outputs> = {};
    for (const key of dependenciesOf(node)) {
      const wanted = byKey.get(key);
      const before = wanted && (await settle(wanted));
      if (before && !serves(before)) return blocked(node, `waits for ${key}`);
      outputs[key] = before?.outputs ?? options.given?.[key.replace(/^given\//, '')] ?? {};
    }
    const [missing] = missingGiven(node, outputs);
    if (missing !== undefined)
      return { ...blocked(node, `waits for ${missing} of the region`), waitsFor: missing };
    const { code, before, glances } = options;
    const last = before?.nodes.find((each) => each.node.kind === node.kind && each.node.id === node.id);
    return await settleNode({ account, node, owner, outputs, code, last, glances });
  };

  const nodes = await Promise.all(graph.map(settle));
  const waiting = nodes.filter(({ node, state }) => state !== 'Ready' && !node.optional);
  const { leftovers: left, swept } =
    waiting.length === 0 && options.mayRemove !== false
      ? await sweep(account, owner, wantedBy(nodes), options)
      : { leftovers: [], swept: options.before?.swept };
  const removed = left.filter(({ why }) => why === 'removed');
  const leftovers = left.filter(({ why }) => why !== 'removed');
  const removing = leftovers.filter(({ why }) => why === 'removing');
  const failed =
    nodes.some(
      ({ state, node, terminal, unseen }) => state === 'Failed' && !terminal && (unseen || !node.optional),
    ) || leftovers.some(({ why }) => why === 'failed');
  const seconds = [...nodes, ...removing].flatMap((each) => each.seconds ?? []);
  return {
    nodes,
    leftovers,
    ...(removed.length > 0 && { removed }),
    failed,
    settled: waiting.length === 0 && removing.length === 0 && !failed,
    ...(swept && { swept }),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}

/** Removes what the owner has beside what is wanted, unless it was seen a moment ago to have nothing beside the same. */
async function sweep(
  account: Account,
  owner: Owner,
  wanted: Wanted,
  options: PassOptions,
): Promise<{ readonly leftovers: readonly Leftover[]; readonly swept?: Swept | undefined }> {
  const swept = {
    wanted: imprint([[...wanted.objects].sort(), [...wanted.unseen].sort()]),
    at: account.clock.now(),
  };
  const last = options.before?.swept;
  if (last?.wanted === swept.wanted && swept.at - last.at < REST) return { leftovers: [], swept: last };
  // What may have been made, or not, may be listed later.
  const isCertain = account.recentlyMade.of(owner).every(({ actual }) => actual !== undefined);
  const leftovers = await removeUnwanted(account, owner, wanted, removalOf(options));
  const isClean = leftovers.every(({ why }) => why === 'removed');
  return isClean && isCertain ? { leftovers, swept } : { leftovers };
}

const removalOf = ({ only, mayRemove, expected, reclaim, glances, isOldWish }: PassOptions): Removal => ({
  ...((glances || isOldWish) && { glances: true }),
  ...(only && { only }),
  ...(mayRemove && { mayRemove }),
  ...(expected && { expected }),
  ...(reclaim && { reclaim }),
});

const wantedBy = (nodes: readonly NodeOutcome[]): Wanted => ({
  objects: new Set(nodes.map(({ node, id }) => `${node.kind} ${id}`)),
  unseen: new Set(nodes.filter(({ unseen }) => unseen).map(({ node }) => node.kind)),
});

/** Whether what depends on it can go on. */
const serves = ({ node, state, stands }: NodeOutcome): boolean =>
  state === 'Ready' || (node.standing === true && stands === true);

const blocked = (node: GraphNode, message: string): NodeOutcome => ({
  node,
  state: 'Blocked',
  ...knownId(node),
  outputs: {},
  message,
  unseen: true,
  done: [],
});
