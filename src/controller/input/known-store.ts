import { ANNOTATIONS, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { PlanInput } from '../../plan/input.ts';

/** What the status knew of a managed store, and what its user says about that. */
export function knownStore({
  metadata,
  status,
}: WebhookPipeline): Pick<PlanInput, 'known' | 'givenUpVolumeId'> {
  const { volumeId, host: hostId } = status?.store ?? {};
  const givenUpVolumeId = metadata.annotations?.[ANNOTATIONS.replaceVolume];
  return {
    known: { ...(volumeId !== undefined && { volumeId }), ...(hostId !== undefined && { hostId }) },
    ...(givenUpVolumeId !== undefined && { givenUpVolumeId }),
  };
}
