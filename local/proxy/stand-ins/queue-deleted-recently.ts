import { errorResponse } from '../aws-error.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

/** A queue's name can't be used again at once. */
export function queueDeletedRecently(behaviour: RealisticBehaviour): StandIn {
  const deletedAt = new Map<string, number>();
  return {
    calls: ['sqs:CreateQueue', 'sqs:DeleteQueue'],
    follows:
      'Amazon SQS API Reference, "DeleteQueue": wait 60 seconds before creating a queue with the same name',
    async answer(call, next) {
      const { QueueName, QueueUrl = '' } = JSON.parse(call.body.toString());
      const since = Date.now() - (deletedAt.get(QueueName) ?? 0);
      if (call.action === 'CreateQueue' && since < behaviour.queueDeletedRecentlySeconds * 1000) {
        const message =
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.';
        return errorResponse(call, 400, 'QueueDeletedRecently', message);
      }
      const answer = await next();
      if (call.action === 'DeleteQueue' && answer.status < 300)
        deletedAt.set(QueueUrl.split('/').at(-1), Date.now());
      return answer;
    },
  };
}
