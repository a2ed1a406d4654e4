import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { TerminalError } from '../../aws/account/errors.ts';
import type { Secrets } from '../../plan/input.ts';
import { describeKey, invalidReason, type KeyReader, type KeyRef, readKey } from './key-ref.ts';
import { storeUriProblems } from './store-uri.ts';

/**
 * Reads the Secrets that a pipeline names, in its own namespace. Throws TerminalError that names Secret and key when
 * one is missing, empty, not text or ends in white space: a signing secret that is wrong would refuse every delivery.
 */
export async function readSecrets(
  client: KeyReader,
  namespace: string,
  spec: WebhookPipelineSpec,
): Promise<Secrets> {
  const read = async (ref: { name: string; key: string }, field: string) => {
    const keyRef: KeyRef = { kind: 'Secret', ...ref };
    const value = await readKey(client, namespace, keyRef, field);
    requireSecret(value, keyRef);
    return { value, from: describeKey(keyRef) };
  };
  const signing = await Promise.all([
    ...(spec.source.secretRefs ?? []).map((ref) => read(ref, 'spec.source.secretRefs')),
    ...(['publicKey', 'jwt'] as const).flatMap((field) =>
      (spec.source[field]?.keys ?? []).map((key, index) =>
        readPublicKey(client, namespace, key, `spec.source.${field}.keys[${index}]`),
      ),
    ),
  ]);
  const external = spec.store.external?.uriSecretRef;
  if (!external) return { signing };
  const { value: storeUri, from } = await read(external, 'spec.store.external.uriSecretRef');
  const { caConfigMapRef, caSecretRef } = spec.store.external ?? {};
  const problems = storeUriProblems(storeUri, (caConfigMapRef ?? caSecretRef) !== undefined);
  if (problems.length > 0) throw new TerminalError('SecretInvalid', `${from} ${problems.join('; it ')}`);
  return { signing, storeUri };
}

type PublicKey = NonNullable<WebhookPipelineSpec['source']['publicKey']>['keys'][number];

/** White space around it means nothing, as the newline at the end of PEM. */
async function readPublicKey(
  client: KeyReader,
  namespace: string,
  { value, configMapKeyRef, secretKeyRef }: PublicKey,
  field: string,
): Promise<Secrets['signing'][number]> {
  const ref: KeyRef | undefined = configMapKeyRef
    ? { kind: 'ConfigMap', ...configMapKeyRef }
    : secretKeyRef && { kind: 'Secret', ...secretKeyRef };
  const text = (ref ? await readKey(client, namespace, ref, field) : (value ?? '')).trim();
  const from = ref ? describeKey(ref) : field;
  const reason = ref ? invalidReason(ref) : 'SpecInvalid';
  if (text === '') throw new TerminalError(reason, `${from} is empty: put the public key into it`);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new TerminalError(reason, `${from} holds a private key: put the sender's public one there`);
  return { value: text, from };
}

function requireSecret(value: string, ref: KeyRef): void {
  if (value === '') {
    throw new TerminalError(invalidReason(ref), `${describeKey(ref)} is empty: put the secret into it`);
  }
  if (value.trim() !== value) {
    throw new TerminalError(
      invalidReason(ref),
      `${describeKey(ref)} starts or ends in white space, often a newline: write it without, as "kubectl create secret generic --from-literal" does`,
    );
  }
}
