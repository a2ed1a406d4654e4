import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { errorResponse } from '../aws-error.ts';
import { type AwsCall, type AwsResponse, formOf } from '../aws-request.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

interface Launch {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly parameters: string;
  readonly answer: Promise<AwsResponse>;
}

/** The same token makes nothing twice, for as long as it is remembered: for longer than AWS lists what has ended. */
export function clientTokens({ ec2 }: EmulatorClients, behaviour: RealisticBehaviour): StandIn {
  const launches = new Map<string, Launch>();

  async function hasEnded(answer: AwsResponse): Promise<boolean> {
    const ids = [...answer.body.toString().matchAll(/<instanceId>(i-[^<]+)</g)].map(([, id = '']) => id);
    if (ids.length === 0) return false;
    const seen = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids })).catch(() => undefined);
    const states =
      seen?.Reservations?.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name)) ?? [];
    return states.every((state) => state === 'terminated' || state === 'shutting-down');
  }

  async function answer(call: AwsCall, next: () => Promise<AwsResponse>): Promise<AwsResponse> {
    const form = formOf(call);
    const token = form.get('ClientToken');
    if (token === null) return next();
    form.sort();
    const parameters = form.toString();
    const earlier = launches.get(token);
    const isRemembered = (at: number) => Date.now() - at < behaviour.tokensRememberedSeconds * 1000;
    if (earlier === undefined || !isRemembered(earlier.at)) {
      const launch = { at: Date.now(), parameters, answer: next() };
      launches.set(token, launch);
      const forget = () => void launches.delete(token);
      launch.answer.then(({ status }) => status < 300 || forget(), forget);
      return launch.answer;
    }
    if (earlier.parameters !== parameters) {
      const message =
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).';
      return errorResponse(call, 400, 'IdempotentParameterMismatch', message);
    }
    const first = await earlier.answer;
    if (first.status < 300 && (await hasEnded(first))) {
      const message = 'The client token was used to launch an instance that has been terminated.';
      return errorResponse(call, 400, 'IdempotentInstanceTerminated', message);
    }
    return first;
  }

  return {
    calls: ['ec2:RunInstances', 'ec2:CreateVolume', 'ec2:CreateRouteTable'],
    follows: 'Amazon EC2 Developer Guide, "Ensuring idempotency in Amazon EC2 API requests"',
    answer,
  };
}
