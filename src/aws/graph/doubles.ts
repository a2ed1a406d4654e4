import type { Account } from '../account/account.ts';
import { judge } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { isOurs, type Owner, TAGS } from '../object/owner.ts';
import type { Graph } from './graph.ts';
import type { Leftover } from './leftover.ts';
import type { NodeOutcome } from './settle-node.ts';

/** Seconds between the two sights after which what nothing uses may go: longer than AWS's lists lag behind. */
const LAG_SECONDS = 60;

/** What AWS makes twice when it is asked for twice. */

/** Lets nothing of a graph be made that an earlier process may have made a moment ago, until AWS's lists would show it. */
export function expectDoubles({ recentlyMade }: Account, owner: Owner, graph: Graph): void {
  for (const { kind, id } of graph)
    if (kindOf(kind).doubles) recentlyMade.remember(owner, { kind, object: id, actual: undefined });
}

/**
 * Removes what a graph has twice, as after a creation whose answer was lost: only what carries the owner's tags, and what
 * nothing was seen to use twice.
 */
export async function removeDoubles(
  account: Account,
  owner: Owner,
  nodes: readonly NodeOutcome[],
): Promise<Leftover[]> {
  const chosen = nodes.filter(({ node, state }) => state === 'Ready' && kindOf(node.kind).doubles);
  const inOrder = chosen.sort((a, b) => orderOf(a) - orderOf(b));
  const left: Leftover[] = [];
  for (const each of inOrder) left.push(...(await removeDoublesOf(account, owner, each)));
  return left;
}

const orderOf = ({ node }: NodeOutcome): number => Number(kindOf(node.kind).removal);

async function removeDoublesOf(
  account: Account,
  owner: Owner,
  { node: { kind, id: object }, id: chosenId }: NodeOutcome,
): Promise<Leftover[]> {
  const { doubles, owned } = kindOf(kind);
  const all = await owned(account, owner);
  const others = all.filter(
    ({ id, tags }) => id !== chosenId && tags && isOurs(tags, owner) && tags[TAGS.object] === object,
  );
  const left: Leftover[] = [];
  for (const actual of others) {
    const sight = `${kind} ${actual.id} is not used`;
    if (!(await doubles?.isUnused(account, actual))) account.seenTwice.forget(sight);
    else left.push(await removeUnused(account, owner, { kind, actual, sight }));
  }
  return left;
}

async function removeUnused(
  account: Account,
  owner: Owner,
  { kind, actual, sight }: { kind: Leftover['kind']; actual: Actual; sight: string },
): Promise<Leftover> {
  const { id } = actual;
  const wait = account.seenTwice.secondsLeft(sight, LAG_SECONDS);
  const message = 'is there twice, and nothing uses this one';
  if (wait > 0) return { kind, id, why: 'removing', message, seconds: wait };
  try {
    await kindOf(kind).remove(account, actual, owner);
    return { kind, id, why: 'removed', message, seconds: 1 };
  } catch (error) {
    const judgement = judge(error);
    if (judgement.is === 'requeue')
      return { kind, id, why: 'removing', message: judgement.message, seconds: judgement.seconds };
    return { kind, id, why: 'failed', reason: judgement.reason, message: judgement.message };
  }
}
