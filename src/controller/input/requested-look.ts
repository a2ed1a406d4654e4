import { ANNOTATIONS, type WebhookPipeline } from '../../api/v1alpha1.ts';

/** What a user asks for a look with: any new value asks for one at everything. */
export const requestedLook = ({ metadata }: WebhookPipeline): string | undefined =>
  metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt];
