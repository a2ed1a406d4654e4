import { randomUUID } from 'node:crypto';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { errorResponse } from '../aws-error.ts';
import type { AwsCall, AwsResponse } from '../aws-request.ts';
import type { StandIn } from './stand-in.ts';

interface MoveTask {
  readonly TaskHandle: string;
  Status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLING' | 'CANCELLED';
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
  ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  FailureReason?: string;
  readonly StartedTimestamp: number;
}

/** Redrives a dead-letter queue; MiniStack knows none of these calls. */
export function messageMoves({ sqs }: EmulatorClients): StandIn {
  const tasks: MoveTask[] = [];

  const urlOf = async (arn: string) =>
    (await sqs.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }))).QueueUrl ?? '';

  /** The queues that name this one as their dead-letter queue. */
  async function sourcesOf(deadLetterArn: string): Promise<string[]> {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const attributes = await Promise.all(
      QueueUrls.map((QueueUrl) =>
        sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
      ),
    );
    return attributes.flatMap(({ Attributes: { RedrivePolicy, QueueArn } = {} }) =>
      RedrivePolicy && QueueArn && JSON.parse(RedrivePolicy).deadLetterTargetArn === deadLetterArn
        ? [QueueArn]
        : [],
    );
  }

  async function move(task: MoveTask, from: string, to: string): Promise<void> {
    while (task.Status === 'RUNNING') {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: from,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      for (const { Body, MessageAttributes, ReceiptHandle } of Messages) {
        // A message that is moved gets a new id, as on AWS.
        await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body, MessageAttributes }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
        task.ApproximateNumberOfMessagesMoved++;
      }
    }
    task.Status = task.Status === 'CANCELLING' ? 'CANCELLED' : 'COMPLETED';
  }

  async function start(call: AwsCall): Promise<AwsResponse> {
    const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = JSON.parse(call.body.toString());
    const from = await urlOf(SourceArn).catch(() => undefined);
    if (from === undefined) {
      return errorResponse(
        call,
        400,
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn parameter doesn't exist.",
      );
    }
    if (tasks.some((task) => task.SourceArn === SourceArn && task.Status === 'RUNNING')) {
      return errorResponse(
        call,
        400,
        'UnsupportedOperation',
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    const sources = await sourcesOf(SourceArn);
    const destination = DestinationArn ?? sources[0];
    if (sources.length === 0 || destination === undefined) {
      return errorResponse(
        call,
        400,
        'InvalidParameterValue',
        'Source queue must be configured as a Dead Letter Queue.',
      );
    }
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: from, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    const task: MoveTask = {
      TaskHandle: randomUUID(),
      Status: 'RUNNING',
      SourceArn,
      DestinationArn,
      MaxNumberOfMessagesPerSecond,
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
      StartedTimestamp: Date.now(),
    };
    tasks.unshift(task);
    urlOf(destination)
      .then((to) => move(task, from, to))
      .catch((error: unknown) => {
        task.Status = 'FAILED';
        task.FailureReason = String(error);
      });
    return json(call, { TaskHandle: task.TaskHandle });
  }

  function list(call: AwsCall): AwsResponse {
    const { SourceArn, MaxResults = 1 } = JSON.parse(call.body.toString());
    const found = tasks.filter((task) => task.SourceArn === SourceArn).slice(0, MaxResults);
    // "This field … is only populated if the status of the message movement task is RUNNING."
    const results = found.map(({ TaskHandle, ...task }) =>
      task.Status === 'RUNNING' ? { TaskHandle, ...task } : task,
    );
    return json(call, { Results: results });
  }

  function cancel(call: AwsCall): AwsResponse {
    const { TaskHandle } = JSON.parse(call.body.toString());
    const task = tasks.find(
      (candidate) => candidate.TaskHandle === TaskHandle && candidate.Status === 'RUNNING',
    );
    if (task === undefined) {
      return errorResponse(call, 400, 'ResourceNotFoundException', 'Task does not exist.');
    }
    task.Status = 'CANCELLING';
    return json(call, { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved });
  }

  return {
    calls: ['sqs:StartMessageMoveTask', 'sqs:ListMessageMoveTasks', 'sqs:CancelMessageMoveTask'],
    follows:
      'Amazon SQS API Reference, "StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask"',
    async answer(call) {
      if (call.action === 'StartMessageMoveTask') return start(call);
      return call.action === 'ListMessageMoveTasks' ? list(call) : cancel(call);
    },
  };
}

function json(call: AwsCall, body: object): AwsResponse {
  const contentType = call.headers['content-type'];
  return { status: 200, headers: { 'content-type': contentType }, body: Buffer.from(JSON.stringify(body)) };
}
