import { ANNOTATIONS, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import { nodeKey } from '../../aws/graph/graph.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import { CREATED } from '../../aws/graph/settle-node.ts';
import { fromRfc3339 } from '../../clock.ts';
import type { EventNote } from '../../kubernetes/events.ts';

/** What somebody else changed or deleted in AWS, told from what is newly wanted. Pure, but for the note that it keeps. */

/** The nodes that were seen ready, by their keys. */
export type Rested = Map<string, Rest>;

interface Rest {
  /** As what it was wanted then; absent where only the status of an earlier process tells of it. */
  readonly as?: string;
  /** Where that is absent, of which generation of the spec it is told. */
  readonly generation?: number | undefined;
  /** Whether it is known to be so. */
  readonly isSure: boolean;
  /** Since when the operator has done nothing for it, in milliseconds since the epoch. */
  readonly since: number;
}

/** Milliseconds for which a look may show what was before the operator's own change: AWS's reads lag behind. */
const LAG = 120_000;

/** What the status knows of an earlier process: which objects were ready, of the spec that stands now. */
export function restedBy({ metadata, status }: WebhookPipeline): Rested {
  const settled = status?.conditions?.find(({ type }) => type === 'Ready');
  // What is under way is not at rest, however long it takes.
  if (status?.observedGeneration !== metadata.generation || settled?.status !== 'True') return new Map();
  const { generation } = metadata;
  const since = fromRfc3339(settled.lastTransitionTime);
  const ready = (status.objects ?? []).filter(({ state }) => state === 'Ready');
  const rested: Rested = new Map(
    ready.map(({ kind, name }) => [`${kind}/${name}`, { since, isSure: false, generation }]),
  );
  // That process may have ended the host itself.
  if (metadata.annotations?.[ANNOTATIONS.replaceHost] !== undefined)
    rested.delete(nodeKey('Instance', 'host'));
  return rested;
}

/**
 * The nodes for which something was done although they had been ready for a while and are wanted as they were. Takes down,
 * for the next pass, which are ready now. `now`: milliseconds since the epoch; `generation`: of the spec that they are of.
 */
export function driftsAmong(
  rested: Rested,
  nodes: readonly NodeOutcome[],
  now: number,
  generation?: number,
): NodeOutcome[] {
  const drifts: NodeOutcome[] = [];
  const keys = new Set<string>();
  for (const outcome of nodes) {
    const { node, state, as, done } = outcome;
    const key = nodeKey(node.kind, node.id);
    const before = rested.get(key);
    keys.add(key);
    if (before && done.length > 0 && now - before.since >= LAG) {
      // The process that saw it ready may have changed it for a spec that shows only now.
      const isWantedAsBefore = before.as === undefined ? before.generation === generation : before.as === as;
      if (isWantedAsBefore && (before.isSure || done[0] === CREATED)) drifts.push(outcome);
    }
    const since = done.length > 0 ? now : (before?.since ?? now);
    // What is newly wanted and needs no change may be what was there before the operator's last one.
    const isTold = !before || done.length > 0 || (before.isSure && before.as === as) || now - since >= LAG;
    if (state === 'Ready')
      rested.set(key, { since, isSure: as !== undefined && isTold, ...(as !== undefined && { as }) });
    // What is still being put right is told once.
    else if (done.length > 0) rested.delete(key);
  }
  for (const key of rested.keys()) if (!keys.has(key)) rested.delete(key);
  return drifts;
}

const whatOf = ({ node: { kind, id }, done }: NodeOutcome): string =>
  `${kind} ${id} ${done[0] === CREATED ? 'was gone and is made again' : done.join(', ')}`;

/** What somebody else did: to what is wanted, and beside it. */
export interface Drifts {
  readonly nodes: readonly NodeOutcome[];
  readonly strangers?: readonly Leftover[];
}

/** Such as "Queue queue was gone and is made again; Function pre-queue updated memoryMiB". */
export const driftWords = ({ nodes, strangers = [] }: Drifts): string =>
  [
    ...nodes.map(whatOf),
    ...strangers.map(({ kind, id }) => `${kind} ${id} was there beside what is wanted and is removed`),
  ].join('; ');

export const driftNote = (drifts: Drifts): EventNote => ({
  type: 'Warning',
  reason: 'Drifted',
  action: 'Apply',
  message: `somebody else changed this in AWS, and it is put right: ${driftWords(drifts)}`,
});

/** What a pass has removed, or asked AWS to, that the one before did not; what AWS does of it by itself has a message. */
export const removalsIn = (
  { leftovers, removed = [] }: Pick<Outcome, 'leftovers' | 'removed'>,
  last: Outcome | undefined,
): Leftover[] => {
  const asked = leftovers.filter(({ why, message }) => why === 'removing' && message === undefined);
  const isSaid = ({ kind, id }: Leftover) =>
    last?.leftovers.some((each) => each.kind === kind && each.id === id);
  return [...removed, ...asked].filter((each) => !isSaid(each));
};
