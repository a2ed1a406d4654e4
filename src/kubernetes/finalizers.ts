import type { KubernetesClient } from './client.ts';
import { isConflict, isNotFound } from './errors.ts';
import { type KubernetesResource, keyOf, type ResourceType } from './resource.ts';

export type FinalizerResult<T> =
  | { kind: 'unchanged' }
  /** `object` is what the server now has: give it to the reflector's `remember`. */
  | { kind: 'written'; object: T }
  /** Somebody changed the object since it was cached: look again. */
  | { kind: 'conflict' }
  /** The object is no more. */
  | { kind: 'gone' };

type PatchClient = Pick<KubernetesClient, 'patch'>;

/** Rejects with `KubernetesApiError`; on an object that is being deleted the server refuses it (422). */
export function addFinalizer<T extends KubernetesResource>(
  client: PatchClient,
  type: ResourceType<T>,
  object: T,
  finalizer: string,
): Promise<FinalizerResult<T>> {
  const present = object.metadata.finalizers ?? [];
  if (present.includes(finalizer)) return Promise.resolve({ kind: 'unchanged' });
  return write(client, type, object, [...present, finalizer]);
}

/** The last one's removal lets an object go that is being deleted. */
export function removeFinalizer<T extends KubernetesResource>(
  client: PatchClient,
  type: ResourceType<T>,
  object: T,
  finalizer: string,
): Promise<FinalizerResult<T>> {
  const present = object.metadata.finalizers ?? [];
  if (!present.includes(finalizer)) return Promise.resolve({ kind: 'unchanged' });
  return write(
    client,
    type,
    object,
    present.filter((other) => other !== finalizer),
  );
}

/** A merge patch replaces the whole list, so it carries the version of the list it was made from. */
async function write<T extends KubernetesResource>(
  client: PatchClient,
  type: ResourceType<T>,
  object: T,
  finalizers: string[],
): Promise<FinalizerResult<T>> {
  const { name, namespace, resourceVersion } = object.metadata;
  if (resourceVersion === undefined) throw new TypeError(`${keyOf(object.metadata)} has no resourceVersion`);
  const ref = namespace === undefined ? { name } : { namespace, name };
  try {
    return {
      kind: 'written',
      object: await client.patch(type, ref, { metadata: { resourceVersion, finalizers } }),
    };
  } catch (error) {
    if (isConflict(error)) return { kind: 'conflict' };
    if (isNotFound(error)) return { kind: 'gone' };
    throw error;
  }
}
