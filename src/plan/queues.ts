import { type Graph, nodeKey, ref } from '../aws/graph/graph.ts';
import { REDRIVE_DUE, TAGS } from '../aws/object/owner.ts';
import { deadLetterQueueName, queueName } from './identity.ts';
import type { PlanInput } from './input.ts';

/** AWS asks for six times the function's timeout, so that a throttled batch is not given out again too early. */
const VISIBILITY_FACTOR = 6;

/** Most that SQS takes. (Amazon SQS API Reference: SetQueueAttributes, RedrivePolicy.) */
const MOST_RECEIVES = 1000;

/** The queue, the queue for what could not be stored, and the mapping that brings events to the function. */
export function planQueues({ owner, spec, consuming, retention, redrives }: PlanInput): Graph {
  const { queue, postQueue } = spec;
  const visibilityTimeoutSeconds =
    queue.visibilityTimeoutSeconds ?? VISIBILITY_FACTOR * postQueue.timeoutSeconds;
  // What was tried in an outage until the queue was paused has as many tries again: SQS would put it aside at the first of them.
  const receivesAnew = Math.min(MOST_RECEIVES, 2 * queue.maxReceiveCount);
  return [
    {
      kind: 'Queue',
      id: 'dlq',
      part: 'Queue',
      ...(redrives && { tags: { [TAGS.redrive]: REDRIVE_DUE } }),
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
        retentionSeconds: retention === 'longest' ? 'longest' : queue.retentionSeconds,
        ...(retention === 'kept' && { mayKeepLonger: true as const }),
        visibilityTimeoutSeconds,
        redrive: {
          deadLetterArn: ref('Queue', 'dlq', 'arn'),
          maxReceiveCount: retention === 'longest' ? receivesAnew : queue.maxReceiveCount,
          ...(retention === 'kept' && { orFound: receivesAnew }),
        },
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
        ...(consuming !== undefined && { enabled: consuming }),
        batchSize: postQueue.batchSize,
        batchWindowSeconds: postQueue.batchWindowSeconds,
        maximumConcurrency: postQueue.concurrency,
      },
    },
  ];
}
