import type { Outward, World } from '../world.ts';
import { type Album, album, live, newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';
import { verdictOf } from './verdict.ts';

/** The operator is killed before and after each of its calls, and a new one starts. */

/** One of the operator's calls in an undisturbed life. */
interface Point {
  readonly index: number;
  readonly name: string;
  readonly isRead: boolean;
}

/** All calls of an undisturbed life, in order; the one that a crash follows has the same index. */
async function outline(expected: Album): Promise<Point[]> {
  const world = await newWorld(1);
  const points: Point[] = [];
  world.onOutward = (when, { to, name, isRead }) => {
    const isOurs = to === 'AWS' || !isRead;
    if (when === 'before' && isOurs) points.push({ index: points.length, name, isRead });
  };
  await live(world, expected);
  return points;
}

/**
 * A crash before and one after every call that changes something. Of the reads, between which the operator only thinks,
 * every `everyReads`th.
 */
export async function crashes(everyReads: number): Promise<Scenario[]> {
  const expected = await album();
  const points = await outline(expected);
  return points.flatMap(({ index, name, isRead }) => {
    if (isRead) return index % everyReads === 0 ? [crash('after', index, name)] : [];
    return [crash('before', index, name), crash('after', index, name)];
  });
}

export const crash = (when: 'before' | 'after', index: number, name = 'a call'): Scenario => ({
  id: `crash/${when}/${index}`,
  words: `killed ${when === 'before' ? 'before it sends' : 'once AWS or Kubernetes has taken'} ${name}`,
  run: async (expected) => {
    const world = await newWorld(1);
    crashAt(world, when, index);
    return verdictOf(world, await live(world, expected));
  },
});

/** Kills the operator at its call number `index`, of those that `counts` names; by default all but Kubernetes' reads. */
export function crashAt(
  world: World,
  when: 'before' | 'after',
  index: number,
  counts = ({ to, isRead }: Outward) => to === 'AWS' || !isRead,
): void {
  let sent = 0;
  const order = new Map<object, number>();
  world.onOutward = (now, what) => {
    if (!counts(what)) return;
    if (now === 'before') {
      order.set(what, sent);
      sent += 1;
    }
    if (now === when && order.get(what) === index) {
      world.onOutward = () => {};
      world.crash();
    }
  };
}
