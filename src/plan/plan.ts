import type { Graph } from '../aws/graph/graph.ts';
import { planAlarms } from './alarms.ts';
import { planEndpoint } from './endpoint.ts';
import { planFunctions } from './functions.ts';
import type { PlanInput } from './input.ts';
import { planQueues } from './queues.ts';
import { planStore } from './store.ts';

/** Everything that a pipeline has of its own in AWS, as data. Pure: the same input gives the same graph. */
export function plan(input: PlanInput, gatewayName: string): Graph {
  return [
    ...planQueues(input),
    ...planStore(input),
    ...planFunctions(input),
    ...planEndpoint(input),
    ...planAlarms(input, gatewayName),
  ];
}
