import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { type KeyReader, readKey } from './key-ref.ts';

/** The environment that a user gives a function: literals, and values of Secrets and ConfigMaps. */
export async function readEnvironment(
  client: KeyReader,
  namespace: string,
  spec: WebhookPipelineSpec,
  which: 'preQueue' | 'postQueue',
): Promise<Readonly<Record<string, string>>> {
  const { environment = {}, environmentFrom = [] } = spec[which];
  const read = await Promise.all(
    environmentFrom.map(async ({ name, secretKeyRef, configMapKeyRef }) => {
      const ref = secretKeyRef
        ? ({ kind: 'Secret', ...secretKeyRef } as const)
        : ({ kind: 'ConfigMap', name: '', key: '', ...configMapKeyRef } as const);
      return [name, await readKey(client, namespace, ref, `spec.${which}.environmentFrom`)] as const;
    }),
  );
  return { ...environment, ...Object.fromEntries(read) };
}
