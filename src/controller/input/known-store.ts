import { ANNOTATIONS, type WebhookPipeline, type WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { whereVolumeIs } from '../../aws/calls/expected-volume.ts';
import { functionTags } from '../../aws/kinds/function.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { fromRfc3339 } from '../../clock.ts';
import { functionName } from '../../plan/identity.ts';
import type { PlanInput } from '../../plan/input.ts';
import { volumeIdentity } from '../../plan/store.ts';
import { hasAnswered } from '../pipeline/first-answer.ts';

export type KnownStore = Pick<PlanInput, 'known' | 'givenUpVolumeId'> & {
  /** It is given up since Lambda can't reach its zone and it holds nothing, so that it may go. */
  readonly emptyVolumeId?: string;
};

/** What the status knew of a managed store, and what its user, or else AWS, says about that. */
export async function knownStore(
  account: Account,
  owner: Owner,
  pipeline: WebhookPipeline,
  spec: WebhookPipelineSpec,
): Promise<KnownStore> {
  const { metadata, status } = pipeline;
  const { volumeId, host: hostId, featureVersion } = status?.store ?? {};
  const known = {
    ...(volumeId !== undefined && { volumeId }),
    ...(hostId !== undefined && { hostId }),
    ...(featureVersion !== undefined && { featureVersion }),
  };
  const givenUpVolumeId = metadata.annotations?.[ANNOTATIONS.replaceVolume];
  if (givenUpVolumeId !== undefined) return { known, givenUpVolumeId };
  const emptyVolumeId = await emptyVolumeOutOfReach(account, owner, pipeline, spec);
  return emptyVolumeId === undefined ? { known } : { known, givenUpVolumeId: emptyVolumeId, emptyVolumeId };
}

/**
 * A volume in a zone that Lambda was seen not to reach, to which nothing was ever written: it was made, and not out of a
 * snapshot, for this very pipeline, whose function, through which alone events come, was never there. The zone is the
 * user's where subnets are named.
 */
async function emptyVolumeOutOfReach(
  account: Account,
  owner: Owner,
  { metadata, status }: WebhookPipeline,
  spec: WebhookPipelineSpec,
): Promise<string | undefined> {
  if (!spec.store.managed || spec.network || account.zonesWithoutLambda.size === 0 || wasWritten(status))
    return undefined;
  const { volumeId = '' } = status?.store ?? {};
  const volume = await whereVolumeIs(account, owner, volumeIdentity({ known: { volumeId }, spec }));
  if (!volume || !account.zonesWithoutLambda.has(volume.zone)) return undefined;
  if (volume.mayHoldEvents || volume.madeAt < fromRfc3339(metadata.creationTimestamp)) return undefined;
  const writer = await functionTags(account, functionName(owner, 'post-queue'));
  return writer === undefined ? volume.id : undefined;
}

/** Whether the store has answered, or its queue was ever read. */
const wasWritten = (status: WebhookPipeline['status']): boolean =>
  hasAnswered(status?.store) ||
  status?.objects?.some(({ kind, id }) => kind === 'EventSourceMapping' && id !== undefined) === true;
