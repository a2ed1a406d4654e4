import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import type { PlanInput } from '../../plan/input.ts';
import type { Memory } from '../pipeline/memory.ts';
import type { RegionBoard } from '../region/region-board.ts';
import type { Finding } from './conditions.ts';
import { aliasArn, nodeOf } from './status-of.ts';

/** What keeps a pipeline from being ready although its own objects are. */

export function pathConflict(path: string, rival: WebhookPipeline): Finding {
  return {
    part: 'Gateway',
    reason: 'PathConflict',
    message: `the path ${path} belongs to the older pipeline ${keyOf(rival.metadata)}: make this one anew with another spec.endpoint.path, or wait until that one is deleted`,
    terminal: true,
    failed: true,
  };
}

/** The route is the region's: it is there when senders can reach it. */
export function gatewayFindings({ offer }: RegionBoard, outcome: Outcome, path: string): Finding[] {
  const functionArn = aliasArn(outcome, 'pre-queue');
  if (functionArn !== undefined && offer?.shown.has(functionArn)) return [];
  const problem = offer?.problems.get(path) ?? offer?.problems.get('');
  return [
    {
      part: 'Gateway',
      reason: problem?.reason ?? 'Progressing',
      message: problem?.message ?? `Route ${path}: waits for its deployment`,
      terminal: problem?.terminal ?? false,
      failed: problem !== undefined,
    },
  ];
}

/** A store counts as built once it was reached; how it is afterwards is told by Healthy. */
export function storeFindings(
  { store }: Memory,
  { status }: WebhookPipeline,
  { consuming }: PlanInput,
  outcome: Outcome,
): Finding[] {
  const host = nodeOf(outcome, 'Instance', 'host')?.id;
  const wasReached = status?.store?.lastProbeTime !== undefined && status.store.host === host;
  if (consuming || wasReached) return [];
  const isReached = store?.is === 'reachable';
  return [
    {
      part: 'Store',
      reason: 'Progressing',
      message: `Store: ${isReached ? 'answers, and is about to get events' : (store?.why ?? 'waits for its first answer')}`,
      terminal: false,
      failed: false,
    },
  ];
}
