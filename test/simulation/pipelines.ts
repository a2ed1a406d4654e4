import { simulate, type World } from './world.ts';

/** Whether the pipeline says that it is ready, of the spec that it has now. */
export const isReady =
  (name: string) =>
  ({ kubernetes }: World): boolean => {
    const condition = kubernetes.condition(name, 'Ready');
    const generation = kubernetes.get(name)?.metadata.generation;
    return condition?.status === 'True' && condition.observedGeneration === generation;
  };

/** Whether the pipeline is gone from Kubernetes. */
export const isGone =
  (name: string) =>
  ({ kubernetes }: World): boolean =>
    kubernetes.get(name) === undefined;

/** A world with the pipeline "orders", which is ready and has come to rest. */
export async function settledWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = await simulate({ settings });
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  return world;
}

export const first = <Row>(rows: readonly Row[]): Row => {
  const [row] = rows;
  if (row === undefined) throw new Error('there is none');
  return row;
};
