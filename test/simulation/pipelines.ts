import type { World } from './world.ts';

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
