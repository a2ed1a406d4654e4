import { GROUP, KIND, PLURAL, VERSION, type WebhookPipeline } from '../api/v1alpha1.ts';
import type { ResourceType } from '../kubernetes/resource.ts';

export const PIPELINES: ResourceType<WebhookPipeline> = {
  group: GROUP,
  version: VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};
