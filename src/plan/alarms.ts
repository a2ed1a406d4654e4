import { VOLUME_METRIC } from '../../handlers/contract.ts';
import { type Graph, type NodeOf, nodeKey, type Part, ref } from '../aws/graph/graph.ts';
import type { Unresolved } from '../aws/object/unresolved.ts';
import {
  ALIAS,
  deadLetterQueueName,
  FUNCTIONS,
  functionName,
  queueName,
  routePath,
  STAGE,
} from './identity.ts';
import type { PlanInput } from './input.ts';

interface AlarmPlan {
  readonly id: string;
  readonly part: Part;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, Unresolved<string>>>;
  readonly statistic: 'Sum' | 'Maximum';
  readonly periodSeconds: number;
  readonly threshold: number;
}

const MINUTE = 60;
const FIVE_MINUTES = 300;

/** What is worth waking someone for, as a table. */
function table({ owner, spec, path }: PlanInput, gatewayName: string): AlarmPlan[] {
  const { thresholds } = spec.alarms;
  const functions = FUNCTIONS.flatMap((id): AlarmPlan[] => {
    const dimensions = {
      FunctionName: functionName(owner, id),
      Resource: `${functionName(owner, id)}:${ALIAS}`,
    };
    const common = {
      part: 'Functions' as const,
      namespace: 'AWS/Lambda',
      dimensions,
      statistic: 'Sum' as const,
      periodSeconds: FIVE_MINUTES,
    };
    return [
      {
        ...common,
        id: `${id}-errors`,
        description: `The ${id} function fails`,
        metric: 'Errors',
        threshold: thresholds.functionErrors,
      },
      {
        ...common,
        id: `${id}-throttles`,
        description: `The ${id} function is throttled`,
        metric: 'Throttles',
        threshold: thresholds.functionThrottles,
      },
    ];
  });
  const gateway: AlarmPlan[] = [
    {
      id: 'gateway-errors',
      part: 'Gateway',
      description: 'The endpoint answers with server errors',
      namespace: 'AWS/ApiGateway',
      metric: '5XXError',
      dimensions: { ApiName: gatewayName, Resource: routePath(path), Method: 'ANY', Stage: STAGE },
      statistic: 'Sum',
      periodSeconds: FIVE_MINUTES,
      threshold: thresholds.gatewayErrors,
    },
  ];
  const host: AlarmPlan[] = [
    {
      id: 'host-status',
      part: 'Store',
      description: 'The host of the store fails its status checks',
      namespace: 'AWS/EC2',
      metric: 'StatusCheckFailed',
      dimensions: { InstanceId: ref('Instance', 'host', 'id') },
      statistic: 'Maximum',
      periodSeconds: MINUTE,
      threshold: 1,
    },
    {
      id: 'volume-used',
      part: 'Store',
      description:
        'The volume of the store fills up: raise store.managed.volume.sizeGiB or set store.ttlDays',
      namespace: VOLUME_METRIC.namespace,
      metric: VOLUME_METRIC.name,
      dimensions: { FunctionName: functionName(owner, 'post-queue') },
      statistic: 'Maximum',
      periodSeconds: FIVE_MINUTES,
      threshold: thresholds.volumeUsedPercent,
    },
  ];
  return [
    {
      id: 'dead-letters',
      part: 'Queue',
      description: 'Events could not be stored or processed and wait in the dead-letter queue',
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: deadLetterQueueName(owner) },
      statistic: 'Maximum',
      periodSeconds: MINUTE,
      threshold: thresholds.deadLetters,
    },
    {
      id: 'oldest-message',
      part: 'Queue',
      description: 'Events wait too long to be stored',
      namespace: 'AWS/SQS',
      metric: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: queueName(owner) },
      statistic: 'Maximum',
      periodSeconds: MINUTE,
      threshold: thresholds.oldestMessageSeconds,
    },
    // One that is out of service answers with nothing else.
    ...(spec.endpoint.enabled ? gateway : []),
    ...functions,
    ...(spec.store.managed ? host : []),
  ];
}

/** CloudWatch alarms on every part of the pipeline. */
export function planAlarms(input: PlanInput, gatewayName: string): Graph {
  const { owner, spec } = input;
  if (!spec.alarms.enabled) return [];
  return table(input, gatewayName).map(
    ({ id, part, ...alarm }): NodeOf<'Alarm'> => ({
      kind: 'Alarm',
      id,
      part,
      // CloudWatch takes few alarms a second: they hold up nothing that takes deliveries.
      after: [nodeKey('Permission', 'gateway')],
      desired: {
        ...alarm,
        name: `${owner.prefix}-${id}`,
        evaluationPeriods: 1,
        actions: spec.alarms.snsTopicArns ?? [],
      },
    }),
  );
}
