import { TerminalError } from '../../aws/account/errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { configMaps, secrets } from '../../kubernetes/core-types.ts';
import { isForbidden, isNotFound } from '../../kubernetes/errors.ts';
import {
  type KubernetesResource,
  type ObjectRef,
  pathOf,
  type ResourceType,
} from '../../kubernetes/resource.ts';

/** A key of a Secret or ConfigMap in the namespace of a pipeline. */
export interface KeyRef {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string;
}

export type KeyReader = Pick<KubernetesClient, 'get'>;

/** Reads each resource once: whatever is used of it is of one moment, and its many keys cost one request. */
export function readingOnce(client: KeyReader): KeyReader {
  const known = new Map<string, Promise<unknown>>();
  return {
    get: <T extends KubernetesResource>(type: ResourceType<T>, ref: ObjectRef): Promise<T> => {
      const path = pathOf(type, ref);
      const found = known.get(path) ?? client.get(type, ref);
      known.set(path, found);
      return found as Promise<T>;
    },
  };
}

/** In words for the user. */
export const describeKey = ({ kind, name, key }: KeyRef) => `key "${key}" of ${kind} "${name}"`;

/** Reason of a condition: what is referred to can't be used. */
export const invalidReason = ({ kind }: KeyRef) => `${kind}Invalid` as const;

/**
 * The text that a key holds. Throws TerminalError that names kind, name and key when one is missing or no text, and
 * what to grant when the operator may not read it. `field` is where in the spec the reference stands.
 */
export async function readKey(
  client: KeyReader,
  namespace: string,
  ref: KeyRef,
  field: string,
): Promise<string> {
  const { kind, name, key } = ref;
  const found = await read(client, namespace, ref).catch((error: unknown) => {
    if (isNotFound(error)) {
      throw new TerminalError(
        invalidReason(ref),
        `${kind} "${name}" (${field}) is not in namespace "${namespace}": create it with key "${key}"`,
        { cause: error },
      );
    }
    if (isForbidden(error)) {
      throw new TerminalError(
        `${kind}Forbidden`,
        `the operator may not read ${kind} "${name}" in namespace "${namespace}": grant it get on ${kind.toLowerCase()}s there`,
        { cause: error },
      );
    }
    throw error;
  });
  if (Object.hasOwn(found.texts, key)) return found.texts[key] ?? '';
  if (!Object.hasOwn(found.bytes, key)) {
    const keys = Object.keys({ ...found.texts, ...found.bytes }).map((each) => `"${each}"`);
    throw new TerminalError(
      invalidReason(ref),
      `${kind} "${name}" has no key "${key}" (${field}); it has ${keys.join(', ') || 'none at all'}`,
    );
  }
  const value = decode(Buffer.from(found.bytes[key] ?? '', 'base64'));
  if (value === undefined) {
    throw new TerminalError(invalidReason(ref), `${describeKey(ref)} is not text in UTF-8`);
  }
  return value;
}

interface Data {
  readonly texts: Readonly<Record<string, string>>;
  /** Base64. */
  readonly bytes: Readonly<Record<string, string>>;
}

async function read(client: KeyReader, namespace: string, { kind, name }: KeyRef): Promise<Data> {
  if (kind === 'Secret') {
    const { data = {} } = await client.get(secrets, { namespace, name });
    return { texts: {}, bytes: data };
  }
  const { data = {}, binaryData = {} } = await client.get(configMaps, { namespace, name });
  return { texts: data, bytes: binaryData };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
