import { nodeKey } from '../../aws/graph/graph.ts';
import type { StoreTold } from './feature-version.ts';
import type { Memory } from './memory.ts';

/** Whether a store has ever answered, as the status tells of it. */
export const hasAnswered = (told: StoreTold): boolean =>
  told?.answersSince !== undefined || told?.lastProbeTime !== undefined;

/** Whether no answer of a store is known: nothing is read before the first. */
export const waitsForFirstAnswer = (told: StoreTold, { store }: Pick<Memory, 'store'>): boolean =>
  !hasAnswered(told) && store.answeredAt === undefined;

const MAPPING = nodeKey('EventSourceMapping', 'mapping');

/** Whether nothing was ever read from the queue: its mapping was seen paused, or being made so, and no store has answered. */
export const isUnread = (told: StoreTold, memory: Pick<Memory, 'store' | 'applied'>): boolean =>
  waitsForFirstAnswer(told, memory) &&
  memory.applied?.outcome.nodes.get(MAPPING)?.outputs.isPaused === 'true';
