import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import { nodeKey } from '../../aws/graph/graph.ts';
import type { Memory } from './memory.ts';

/** Whether a store has ever answered, as the status knows it. */
export const hasAnswered = (status: Pick<WebhookPipelineStatus, 'store'> | undefined): boolean =>
  status?.store?.answersSince !== undefined || status?.store?.lastProbeTime !== undefined;

/** Whether no answer of a store is known: nothing is read before the first. */
export const waitsForFirstAnswer = (
  status: Pick<WebhookPipelineStatus, 'store'> | undefined,
  { store }: Pick<Memory, 'store'>,
): boolean => !hasAnswered(status) && store.answeredAt === undefined;

const MAPPING = nodeKey('EventSourceMapping', 'mapping');

/** Whether nothing was ever read from the queue: its mapping was seen paused, or being made so, and no store has answered. */
export const isUnread = (
  status: Pick<WebhookPipelineStatus, 'store'> | undefined,
  memory: Pick<Memory, 'store' | 'applied'>,
): boolean =>
  waitsForFirstAnswer(status, memory) &&
  memory.applied?.outcome.nodes.get(MAPPING)?.outputs.isPaused === 'true';
