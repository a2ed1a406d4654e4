import { isGone, isReady } from './pipelines.ts';
import type { World } from './world.ts';

/** Settings under which the region's shared objects go with the last pipeline, so that nothing is to be left. */
export const NOTHING_STAYS = { NAMI_DELETE_SHARED_OBJECTS: 'true' };

/** Virtual seconds that each part of a life may take, however much goes wrong on the way. */
const PATIENCE = 1800;

/** What may be left of a managed pipeline: its volume, and the password that it is read with. */
const KEPT = [/^Parameter .*\/store-password$/, /^Volume vol-/];

/** What is in the account and should not be, once a pipeline is gone. */
export function leftovers({ aws }: World): string[] {
  const left = aws.contents();
  const kept = KEPT.map((pattern) => left.find((each) => pattern.test(each)));
  return [
    ...left.filter((each) => !kept.includes(each)),
    ...KEPT.filter((_, index) => kept[index] === undefined).map((pattern) => `no ${pattern.source}`),
  ];
}

/** Accepted events that are neither stored nor on their way. */
export function lostEvents({ aws, senders }: World): string[] {
  const there = new Set([
    ...[...aws.stores.databases.values(), ...aws.stores.external.values()].flatMap(({ events }) => [
      ...events,
    ]),
    ...aws.sqs.messages.values().map(({ event }) => event),
  ]);
  return [...senders.accepted].filter((event) => !there.has(event));
}

/** A pipeline is made, takes deliveries, gets more memory, takes more deliveries, and goes. */
export async function wholeLife(world: World, name = 'orders'): Promise<void> {
  const { kubernetes, aws, senders } = world;
  kubernetes.apply({ metadata: { name } });
  await world.until(isReady(name), PATIENCE);
  senders.post(name);

  kubernetes.apply({ metadata: { name }, spec: { preQueue: { memoryMiB: 512 } } });
  await world.until(isReady(name), PATIENCE);
  await world.until(() => memoryOf(world, name) === 512, PATIENCE);
  senders.post(name);

  kubernetes.delete(name);
  await world.until(isGone(name), PATIENCE);
  await world.until(() => aws.contents().length <= KEPT.length, PATIENCE);
}

/** Memory of the version that takes the deliveries, in MiB. */
export function memoryOf({ aws }: World, name: string): number | undefined {
  const alias = aws.lambda.aliases.find(
    ({ functionName }) => functionName.includes(`-${name}_`) && functionName.endsWith('-pre-queue'),
  );
  return alias && aws.lambda.versionOf(alias.functionName, alias.version)?.memoryMiB;
}

/** Objects of which a life has one, by how their ids begin; none of them has a name that keeps a second one out. */
const SINGLE = ['api', 'i', 'igw', 'rtb', 'vol', 'vpc'];

/** What was made more than once. */
export const doubles = ({ aws }: World): string[] => SINGLE.filter((prefix) => aws.made(prefix) > 1);
