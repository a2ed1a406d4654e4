import { type Graph, nodeKey, ref } from '../aws/graph/graph.ts';
import { deadLetterQueueName, queueName } from './identity.ts';
import type { PlanInput } from './input.ts';

/** AWS asks for six times the function's timeout, so that a throttled batch is not given out again too early. */
const VISIBILITY_FACTOR = 6;

/** The queue, the queue for what could not be stored, and the mapping that brings events to the function. */
export function planQueues({ owner, spec, consuming }: PlanInput): Graph {
  const { queue, postQueue } = spec;
  const visibilityTimeoutSeconds =
    queue.visibilityTimeoutSeconds ?? VISIBILITY_FACTOR * postQueue.timeoutSeconds;
  return [
    {
      kind: 'Queue',
      id: 'dlq',
      part: 'Queue',
      desired: {
        name: deadLetterQueueName(owner),
        retentionSeconds: queue.deadLetter.retentionSeconds,
        visibilityTimeoutSeconds,
        deadLettersOf: queueName(owner),
      },
    },
    {
      kind: 'Queue',
      id: 'queue',
      part: 'Queue',
      desired: {
        name: queueName(owner),
        retentionSeconds: queue.retentionSeconds,
        visibilityTimeoutSeconds,
        redrive: { deadLetterArn: ref('Queue', 'dlq', 'arn'), maxReceiveCount: queue.maxReceiveCount },
      },
    },
    {
      kind: 'EventSourceMapping',
      id: 'mapping',
      part: 'Queue',
      after: [nodeKey('Queue', 'queue')],
      desired: {
        queueArn: ref('Queue', 'queue', 'arn'),
        functionArn: ref('Alias', 'post-queue', 'arn'),
        enabled: consuming !== false,
        batchSize: postQueue.batchSize,
        batchWindowSeconds: postQueue.batchWindowSeconds,
        maximumConcurrency: postQueue.concurrency,
      },
    },
  ];
}
