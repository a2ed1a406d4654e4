import { GROUP, KIND, PLURAL, VERSION, type WebhookPipeline } from '../api/v1alpha1.ts';
import type { Outcome } from '../aws/apply.ts';
import type { ResourceType } from '../kubernetes/resource.ts';
import type { QueueView, StoreView } from './health.ts';

export const PIPELINES: ResourceType<WebhookPipeline> = {
  group: GROUP,
  version: VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};

/** What is remembered of a pipeline between two reconciles; it may be lost without harm. */
export interface Memory {
  readonly uid: string;
  namespaceUid?: string;
  /** What was applied last and when, to leave AWS alone while nothing changes. */
  applied?: { readonly plan: string; readonly at: number; readonly outcome: Outcome };
  store?: StoreView;
  /** The host that was ready last; another one has to be asked anew. */
  host?: string;
  /** When the store was asked last. */
  storeAskedAt?: number;
  queue?: QueueView;
  queueReadAt?: number;
  /** Since when the queue of a pipeline that is being deleted looks empty. */
  emptySince?: number;
}
