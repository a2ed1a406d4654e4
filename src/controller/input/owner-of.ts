import { ANNOTATIONS, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { namespaces } from '../../kubernetes/core-types.ts';
import { pipelineOwner } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import { addedTags } from './added-tags.ts';

type Cluster = Pick<Context, 'client' | 'cluster' | 'config'>;

/** The UID of the namespace that a pipeline stands in, which it never leaves. */
export async function namespaceUidOf({ client }: Cluster, { metadata }: WebhookPipeline): Promise<string> {
  return (await client.get(namespaces, { name: metadata.namespace })).metadata.uid ?? '';
}

/** The owner of all that a pipeline has in AWS. */
export function ownerIn(
  { cluster, config }: Cluster,
  pipeline: WebhookPipeline,
  namespaceUid: string,
): Owner {
  const { namespace, name, uid, annotations } = pipeline.metadata;
  const identity = { cluster, namespace, name, uid, namespaceUid };
  const takeOver = annotations?.[ANNOTATIONS.takeOver] === 'true';
  return pipelineOwner(identity, config.iamPath, addedTags(pipeline, config), takeOver);
}
