import { isDeepStrictEqual } from 'node:util';
import { portrait } from '../aws/portrait.ts';
import { isReady } from '../pipelines.ts';
import { CAMPAIGNS, type Patch, specOf } from '../states.ts';
import type { World } from '../world.ts';
import { crashAt } from './crash.ts';
import { deployed } from './fresh.ts';
import { type Difference, newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';
import { comparison, type Verdict, verdictOf } from './verdict.ts';

/** One field of a spec changes, and the operator is killed before and after each call that follows from that. */

const NAME = 'orders';
/** Virtual seconds: a volume takes one change at a time. */
const PATIENCE = 8 * 3600;
const REST = 130;

/** A field goes from one of its states to the next. */
interface Step {
  readonly field: string;
  /** Of the step, among those of its field. */
  readonly number: number;
  readonly from: Patch;
  readonly to: Patch;
}

/** Every change of one field. */
const STEPS: readonly Step[] = CAMPAIGNS.flatMap((campaign) => {
  const states = [undefined, ...campaign.states, ...(campaign.isOneWay ? [] : [undefined])];
  return states.slice(1).map((state, number) => ({
    field: campaign.field,
    number,
    from: specOf(campaign, states[number]),
    to: specOf(campaign, state),
  }));
});

const stepOf = (field: string, number: number): Step | undefined =>
  STEPS.find((step) => step.field === field && step.number === number);

const wish = (world: World, spec: Patch) => void world.kubernetes.apply({ metadata: { name: NAME }, spec });

/** A world at rest in the state from which the step goes. */
async function before({ from }: Step): Promise<World> {
  const world = await newWorld(1);
  wish(world, from);
  await world.until(isReady(NAME), PATIENCE);
  world.senders.post(NAME);
  await world.run(REST);
  return world;
}

/** How many calls change something while the step is made. */
async function changesIn(step: Step): Promise<number> {
  const world = await before(step);
  let count = 0;
  world.onOutward = (when, { isRead }) => {
    if (when === 'before' && !isRead) count += 1;
  };
  wish(world, step.to);
  await world.until(isReady(NAME), PATIENCE);
  await world.run(REST);
  return count;
}

/** A crash before and one after each changing call of every `everyStep`th change of one field. */
export async function fieldCrashes(everyStep: number): Promise<Scenario[]> {
  const found: Scenario[] = [];
  for (const step of STEPS.filter((_, index) => index % everyStep === 0)) {
    const count = await changesIn(step);
    for (let index = 0; index < count; index += 1)
      found.push(crashIn(step, 'before', index), crashIn(step, 'after', index));
  }
  return found;
}

/** The scenario with this id, such as "field/preQueue.memoryMiB/0/after/3"; undefined where there is none. */
export function fieldCrash(field: string, number: number, when: string, index: number): Scenario | undefined {
  const step = stepOf(field, number);
  if (step === undefined || (when !== 'before' && when !== 'after')) return undefined;
  return crashIn(step, when, index);
}

const crashIn = (step: Step, when: 'before' | 'after', index: number): Scenario => ({
  id: `field/${step.field}/${step.number}/${when}/${index}`,
  words: `killed ${when} its change number ${index} while ${step.field} becomes ${JSON.stringify(step.to)}`,
  run: async () => {
    const world = await before(step);
    crashAt(world, when, index, ({ isRead }) => !isRead);
    wish(world, step.to);
    return await outcome(world, step.to);
  },
});

async function outcome(world: World, spec: Patch): Promise<Verdict> {
  const shouldBe = await deployed(spec);
  const differences: Difference[] = [];
  try {
    await world.until(isReady(NAME), PATIENCE);
  } catch (error) {
    return verdictOf(world, [{ station: 'changed', stuck: (error as Error).message }]);
  }
  const isSame = () => isDeepStrictEqual(portrait(world.aws), shouldBe);
  for (let pause = 5; pause < PATIENCE && !isSame(); pause *= 2) await world.run(pause);
  const changes = world.aws.changes.length;
  await world.run(REST);
  const unrest = world.aws.changes.slice(changes).map(({ service, command }) => `${service}:${command}`);
  if (unrest.length > 0) differences.push({ station: 'changed', unrest });
  const { stuck, ...rest } = verdictOf(world, differences);
  const account = comparison('', portrait(world.aws), shouldBe);
  return { ...rest, ...account, stuck: [...stuck, ...account.stuck] };
}
