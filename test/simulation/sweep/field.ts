import { isReady } from '../pipelines.ts';
import { CAMPAIGNS, type Patch, specOf } from '../states.ts';
import type { World } from '../world.ts';
import { type Change, crashesIn, PATIENCE, REST } from './change.ts';
import { deployed } from './fresh.ts';
import { newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';

/** One field of a spec changes. */

const NAME = 'orders';

const wish = (world: World, spec: Patch) => void world.kubernetes.apply({ metadata: { name: NAME }, spec });

/** A field goes from one of its states to the next. */
const step = (id: string, field: string, from: Patch, to: Patch): Change => ({
  id: `field/${id}`,
  words: `${field} becomes ${JSON.stringify(to)}`,
  async before() {
    const world = await newWorld(1);
    wish(world, from);
    await world.until(isReady(NAME), PATIENCE);
    world.senders.post(NAME);
    await world.run(REST);
    return world;
  },
  wish: (world) => wish(world, to),
  isReached: isReady(NAME),
  counts: ({ isRead }) => !isRead,
  after: () => deployed(to),
});

/** Every change of one field. */
export const STEPS: readonly Change[] = CAMPAIGNS.flatMap((campaign) => {
  const states = [undefined, ...campaign.states, ...(campaign.isOneWay ? [] : [undefined])];
  return states
    .slice(1)
    .map((state, number) =>
      step(
        `${campaign.field}/${number}`,
        campaign.field,
        specOf(campaign, states[number]),
        specOf(campaign, state),
      ),
    );
});

/** The crashes in every `everyStep`th change of one field. */
export async function fieldCrashes(everyStep: number): Promise<Scenario[]> {
  const found: Scenario[] = [];
  for (const change of STEPS.filter((_, index) => index % everyStep === 0))
    found.push(...(await crashesIn(change)));
  return found;
}
