import type { WebhookPipelineSpec } from '../api/v1alpha1.ts';
import { TerminalError } from '../aws/errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { secrets as secretType } from '../kubernetes/core-types.ts';
import { isNotFound, KubernetesApiError } from '../kubernetes/errors.ts';
import type { Secrets } from '../plan/input.ts';

interface SecretKeyRef {
  readonly name: string;
  readonly key: string;
}

const REASON = 'SecretInvalid';

/**
 * Reads the Secrets that a pipeline names, in its own namespace. Throws TerminalError that names Secret and key when
 * one is missing, empty, not text or ends in white space: a signing secret that is wrong would refuse every delivery.
 */
export async function readSecrets(
  client: Pick<KubernetesClient, 'get'>,
  namespace: string,
  spec: WebhookPipelineSpec,
): Promise<Secrets> {
  const signing = await Promise.all(
    (spec.source.secretRefs ?? []).map(async (ref) => ({
      value: await readSecret(client, namespace, ref, 'spec.source.secretRefs'),
      from: describe(ref),
    })),
  );
  const external = spec.store.external?.uriSecretRef;
  if (!external) return { signing };
  const storeUri = await readSecret(client, namespace, external, 'spec.store.external.uriSecretRef');
  if (!/^mongodb(\+srv)?:\/\//.test(storeUri)) {
    throw new TerminalError(
      REASON,
      `${describe(external)} is no MongoDB connection string: it must start with mongodb:// or mongodb+srv://`,
    );
  }
  return { signing, storeUri };
}

const describe = ({ name, key }: SecretKeyRef) => `key "${key}" of Secret "${name}"`;

async function readSecret(
  client: Pick<KubernetesClient, 'get'>,
  namespace: string,
  ref: SecretKeyRef,
  field: string,
): Promise<string> {
  const { name, key } = ref;
  const secret = await client.get(secretType, { namespace, name }).catch((error: unknown) => {
    if (isNotFound(error)) {
      throw new TerminalError(
        REASON,
        `Secret "${name}" (${field}) is not in namespace "${namespace}": create it with key "${key}"`,
        { cause: error },
      );
    }
    if (error instanceof KubernetesApiError && error.status === 403) {
      throw new TerminalError(
        'SecretForbidden',
        `the operator may not read Secret "${name}" in namespace "${namespace}": grant it get on secrets there`,
        { cause: error },
      );
    }
    throw error;
  });
  const encoded = secret.data?.[key];
  if (encoded === undefined) {
    const keys = Object.keys(secret.data ?? {}).map((each) => `"${each}"`);
    throw new TerminalError(
      REASON,
      `Secret "${name}" has no key "${key}" (${field}); it has ${keys.join(', ') || 'none at all'}`,
    );
  }
  const value = decode(Buffer.from(encoded, 'base64'));
  if (value === undefined) throw new TerminalError(REASON, `${describe(ref)} is not text in UTF-8`);
  if (value === '') throw new TerminalError(REASON, `${describe(ref)} is empty: put the secret into it`);
  if (value.trim() !== value) {
    throw new TerminalError(
      REASON,
      `${describe(ref)} starts or ends in white space, often a newline: write it without, as "kubectl create secret generic --from-literal" does`,
    );
  }
  return value;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
