import { isDeepStrictEqual } from 'node:util';
import { portrait } from '../aws/portrait.ts';
import { Dice } from '../dice.ts';
import { isReady } from '../pipelines.ts';
import { CAMPAIGNS, type Campaign, type Patch, specOf } from '../states.ts';
import { lostEvents } from '../whole-life.ts';
import type { World } from '../world.ts';
import { deployed } from './fresh.ts';
import { newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';
import { comparison, type Verdict } from './verdict.ts';

/**
 * Wishes come one after the other, the next one often before the last one is there: valid, invalid, and back. In the end
 * the account is that of a fresh deployment of the last wish. (Acto, SOSP 2023.)
 */

const NAME = 'orders';
const STEPS = 5;
const PATIENCE = 9 * 3600;

/** What may change without an own volume that can't shrink or a database that can't go back. */
const FREE = CAMPAIGNS.filter(({ isOneWay }) => isOneWay !== true);

export const walk = (seed: number): Scenario => ({
  id: `walk/${seed}`,
  words: `${STEPS} wishes one after the other, by seed ${seed}`,
  run: async () => {
    const dice = new Dice(seed);
    const world = await newWorld(seed);
    const wish = (spec: Patch) => void world.kubernetes.apply({ metadata: { name: NAME }, spec });
    const { on } = anyOf(dice, FREE);
    // What a managed store leaves behind, no external one ever had.
    const campaigns = FREE.filter((each) => each.on === on);
    for (let step = 0; step < STEPS; step += 1) {
      wish(anyState(dice, campaigns));
      await world.run(dice.below(2) === 0 ? dice.below(30) : dice.below(600));
      world.senders.post(NAME);
    }
    const last = specOf(anyOf(dice, campaigns));
    wish(last);
    return await outcome(world, last);
  },
});

function anyState(dice: Dice, campaigns: readonly Campaign[]): Patch {
  const campaign = anyOf(dice, campaigns);
  const states = campaign.wrong === undefined ? campaign.states : [...campaign.states, campaign.wrong];
  return specOf(campaign, dice.oneOf(states));
}

const anyOf = (dice: Dice, campaigns: readonly Campaign[]): Campaign => dice.oneOf(campaigns) as Campaign;

async function outcome(world: World, spec: Patch): Promise<Verdict> {
  const shouldBe = await deployed(spec);
  try {
    await world.until(isReady(NAME), PATIENCE);
  } catch (error) {
    return { orphans: [], doubles: [], stuck: [(error as Error).message], lost: lostEvents(world) };
  }
  const isSame = () => isDeepStrictEqual(portrait(world.aws), shouldBe);
  for (let pause = 5; pause < PATIENCE && !isSame(); pause *= 2) await world.run(pause);
  return { ...comparison('', portrait(world.aws), shouldBe), lost: lostEvents(world) };
}
