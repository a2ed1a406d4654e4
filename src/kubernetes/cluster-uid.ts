import type { KubernetesClient } from './client.ts';
import { namespaces } from './core-types.ts';

/** What tells a cluster from all others: the UID of a namespace that each has; undefined where the server gives none. */
export async function clusterUid(client: Pick<KubernetesClient, 'get'>): Promise<string | undefined> {
  const { metadata } = await client.get(namespaces, { name: 'kube-system' });
  return metadata.uid;
}
