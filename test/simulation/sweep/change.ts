import { isDeepStrictEqual } from 'node:util';
import { type Portrait, portrait } from '../aws/portrait.ts';
import type { Outward, World } from '../world.ts';
import { crashAt } from './crash.ts';
import type { Difference } from './life.ts';
import type { Scenario } from './scenario.ts';
import { comparison, type Verdict, verdictOf } from './verdict.ts';

/** Something changes for a pipeline at rest, and the operator is killed before and after each call that follows from that. */

/** Virtual seconds: a volume takes one change at a time. */
export const PATIENCE = 8 * 3600;
export const REST = 130;

export interface Change {
  /** Such as "field/preQueue.memoryMiB/0": its phase stands first. */
  readonly id: string;
  /** What happens, after "while". */
  readonly words: string;
  /** A world at rest, in which it has not happened. */
  before(): Promise<World>;
  wish(world: World): void;
  isReached(world: World): boolean;
  /** Whether the operator is killed at this call. */
  counts(what: Outward): boolean;
  /** What the account is in the end. */
  after(): Promise<Portrait>;
  /** What is wrong in the end beside the account. */
  objections?(world: World): string[];
}

/** A crash before and one after each call that follows from a change. */
export async function crashesIn(change: Change): Promise<Scenario[]> {
  const world = await change.before();
  let count = 0;
  world.onOutward = (when, what) => {
    if (when === 'before' && change.counts(what)) count += 1;
  };
  change.wish(world);
  await world.until((each) => change.isReached(each), PATIENCE);
  await world.run(REST);
  return Array.from({ length: count }, (_, index) => [
    crashIn(change, 'before', index),
    crashIn(change, 'after', index),
  ]).flat();
}

export const crashIn = (change: Change, when: 'before' | 'after', index: number): Scenario => ({
  id: `${change.id}/${when}/${index}`,
  words: `killed ${when} its call number ${index} while ${change.words}`,
  run: async () => {
    const world = await change.before();
    crashAt(world, when, index, (what) => change.counts(what));
    change.wish(world);
    return await outcome(world, change);
  },
});

async function outcome(world: World, change: Change): Promise<Verdict> {
  const differences: Difference[] = [];
  try {
    await world.until((each) => change.isReached(each), PATIENCE);
  } catch (error) {
    return verdictOf(world, [{ station: 'changed', stuck: (error as Error).message }]);
  }
  const shouldBe = await change.after();
  const isSame = () => isDeepStrictEqual(portrait(world.aws), shouldBe);
  for (let pause = 5; pause < PATIENCE && !isSame(); pause *= 2) await world.run(pause);
  const changes = world.aws.changes.length;
  await world.run(REST);
  const unrest = world.aws.changes.slice(changes).map(({ service, command }) => `${service}:${command}`);
  if (unrest.length > 0) differences.push({ station: 'changed', unrest });
  const { stuck, ...rest } = verdictOf(world, differences);
  const account = comparison('', portrait(world.aws), shouldBe);
  const objections = change.objections?.(world) ?? [];
  return { ...rest, ...account, stuck: [...stuck, ...account.stuck, ...objections] };
}
