import { describe, expect, test } from 'vitest';
import { type Portrait, portrait } from './aws/portrait.ts';
import { BRISK } from './aws/times.ts';
import { type Schema, schemaOfPipelines } from './kubernetes/schema.ts';
import { isReady } from './pipelines.ts';
import { CAMPAIGNS, type Campaign, furnish, GRANTS, specOf, WITHOUT } from './states.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/**
 * Sequences of desired states: wherever a pipeline comes from, its account is that of a fresh deployment of the same
 * state. (Acto, SOSP 2023.)
 */

/** Virtual seconds; a volume takes one change at a time, and four a day. */
const PATIENCE = 8 * 3600;
const RESYNC = 660;

async function reach(world: World, spec: object): Promise<void> {
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.until(isReady('orders'), PATIENCE);
  await world.run(RESYNC);
}

async function deployed(spec: object): Promise<World> {
  const world = await simulate({ times: BRISK, settings: GRANTS });
  furnish(world);
  await reach(world, spec);
  return world;
}

/** Accounts of fresh deployments, by their specs. */
const known = new Map<string, Promise<Portrait>>();

function fresh(spec: object): Promise<Portrait> {
  const key = JSON.stringify(spec);
  const drawn = known.get(key) ?? deployed(spec).then(({ aws }) => portrait(aws));
  known.set(key, drawn);
  return drawn;
}

/** The paths of all fields of a spec. */
function fieldsOf({ properties, type }: Schema, path: readonly string[] = []): string[] {
  if (type !== 'object' || !properties) return [path.join('.')];
  return Object.entries(properties).flatMap(([name, child]) => fieldsOf(child, [...path, name]));
}

test('every field of a spec has a campaign, or a reason for having none', () => {
  const all = fieldsOf(schemaOfPipelines().properties?.spec ?? {});
  const covered = [...CAMPAIGNS.map(({ field }) => field), ...Object.keys(WITHOUT)];
  expect(covered.toSorted()).toEqual(all.toSorted());
});

describe('the account is that of a fresh deployment, wherever the pipeline comes from:', () => {
  test.each(CAMPAIGNS.map((campaign) => [campaign.field, campaign] as const))('%s', async (_, campaign) => {
    const world = await deployed(specOf(campaign));
    for (const state of stepsOf(campaign)) {
      const spec = specOf(campaign, state);
      await reach(world, spec);
      expect(portrait(world.aws)).toEqual(await fresh(spec));
      const changes = world.aws.changes.length;
      await world.run(RESYNC);
      expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
      expect(world.senders.post('orders').status).toBe(200);
      if (campaign.wrong !== undefined) await standsWrong(world, specOf(campaign, campaign.wrong));
    }
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
    expect(lostEvents(world)).toEqual([]);
  });
});

const stepsOf = ({ states, isOneWay }: Campaign): unknown[] => [...states, ...(isOneWay ? [] : [undefined])];

/** Asks for what can't be: it is said, and what worked goes on. */
async function standsWrong(world: World, spec: object): Promise<void> {
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.run(300);
  expect(world.kubernetes.condition('orders', 'Ready')?.status).not.toBe('True');
  expect(world.senders.post('orders').status).toBe(200);
}
