import type { PostQueueProbe } from '../../../handlers/contract.ts';
import type { WebhookPipeline } from '../../../src/api/v1alpha1.ts';
import type { NodeOutcome, Outcome } from '../../../src/aws/graph/apply.ts';
import type { KindName, Part } from '../../../src/aws/graph/graph.ts';
import { readConfig } from '../../../src/config.ts';
import {
  NOT_ASKED,
  type StoreAnswer,
  type StoreBelief,
} from '../../../src/controller/pipeline/store-belief.ts';
import { node } from '../aws/graph/fake-kinds.ts';

export const CONFIG = readConfig({ AWS_REGION: 'eu-central-1' });

export function pipeline(
  name: string,
  more: { uid?: string; created?: string; metadata?: Partial<WebhookPipeline['metadata']> } & Partial<
    Pick<WebhookPipeline, 'spec' | 'status'>
  > = {},
): WebhookPipeline {
  const { uid = name, created = '2026-01-01T00:00:00Z', spec = {}, status, metadata } = more;
  return {
    apiVersion: 'nami.dev/v1alpha1',
    kind: 'WebhookPipeline',
    metadata: {
      name,
      namespace: 'shop',
      uid,
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: created,
      ...metadata,
    },
    spec,
    ...(status && { status }),
  };
}

/** How a node came out; ready, unless told otherwise. */
export function outcomeOf(
  kind: KindName,
  id: string,
  more: Partial<NodeOutcome> & { part?: Part; optional?: true } = {},
): NodeOutcome {
  const { part = 'Queue', optional, ...rest } = more;
  const made = { ...node(kind, id), part, ...(optional && { optional }) };
  return { node: made, state: 'Ready', id, outputs: {}, done: [], ...rest };
}

export const applied = (...nodes: NodeOutcome[]): Outcome => ({
  nodes,
  leftovers: [],
  settled: true,
  failed: false,
});

/** A store that answered, at a time in milliseconds since the epoch. */
export const reachable = (at = 0, more: Partial<PostQueueProbe> = {}): StoreAnswer => ({
  is: 'reachable',
  at,
  probe: { nami: 'post-queue', problems: [], store: { reachable: true, documents: 0 }, ...more },
});

export const UNREACHABLE: StoreAnswer = { is: 'unreachable', why: 'refused' };

export const believed = (view: StoreAnswer, more: Partial<StoreBelief> = {}): StoreBelief => ({
  ...NOT_ASKED,
  view,
  ...more,
});
