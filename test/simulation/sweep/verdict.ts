import { misfits } from '../aws/models/model.ts';
import type { Portrait } from '../aws/portrait.ts';
import { lostEvents } from '../whole-life.ts';
import { driftsTold, type World } from '../world.ts';
import type { Difference } from './life.ts';

/** What is wrong with a world after all that was done to it; nothing, where all are empty. */
export interface Verdict {
  /** What nothing wants. */
  readonly orphans: readonly string[];
  /** What is there more often than it should be. */
  readonly doubles: readonly string[];
  /** What is not reached, is not as it should be, or does not come to rest. */
  readonly stuck: readonly string[];
  /** Events that were accepted, and are neither stored nor on their way. */
  readonly lost: readonly string[];
}

export const isGood = (verdict: Verdict): boolean =>
  Object.values(verdict).every((each) => each.length === 0);

export function verdictOf(world: World, differences: readonly Difference[]): Verdict {
  const accounts = differences.flatMap(({ station, account }) =>
    account === undefined ? [] : [comparison(`${station}: `, account.is, account.shouldBe)],
  );
  const restless = differences.flatMap(({ station, unrest }) =>
    unrest === undefined ? [] : [`${station}: does not come to rest: ${unrest.join(', ')}`],
  );
  const unreached = differences.flatMap(({ station, stuck }) =>
    stuck === undefined ? [] : [`${station}: ${stuck}`],
  );
  // Nobody but the operator changes anything in these worlds.
  const untrue = driftsTold(world).map((each) => `says that somebody else changed ${each}`);
  return {
    orphans: accounts.flatMap(({ orphans }) => orphans),
    doubles: accounts.flatMap(({ doubles }) => doubles),
    stuck: [...accounts.flatMap(({ stuck }) => stuck), ...restless, ...unreached, ...untrue, ...misfits],
    lost: lostEvents(world),
  };
}

/** How one account differs from another, in which nothing is wrong. */
export function comparison(words: string, is: Portrait, shouldBe: Portrait): Omit<Verdict, 'lost'> {
  const [orphans, doubles, stuck]: [string[], string[], string[]] = [[], [], []];
  for (const kind of Object.keys(shouldBe)) {
    const [here, there] = [is[kind] ?? [], shouldBe[kind] ?? []];
    const extra = without(here, there);
    const missing = without(there, here);
    const surplus = here.length - there.length;
    for (const [index, row] of extra.entries()) {
      const said = `${words}${kind} ${row}`;
      if (there.includes(row)) doubles.push(said);
      else if (index < surplus) orphans.push(said);
      else stuck.push(`${said} is not as it should be: ${missing.shift() ?? ''}`);
    }
    stuck.push(...missing.map((row) => `${words}${kind} is missing: ${row}`));
  }
  return { orphans, doubles, stuck };
}

/** What is in one list more often than in the other. */
function without(these: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return these.filter((each) => {
    const index = left.indexOf(each);
    if (index === -1) return true;
    left.splice(index, 1);
    return false;
  });
}
