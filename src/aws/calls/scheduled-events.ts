import { type InstanceStatus, paginateDescribeInstanceStatus } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { isOfCall, judge } from '../account/errors.ts';

/** What AWS has scheduled for the machine of an instance. (EC2: "Scheduled events for your instances".) */
export interface ScheduledEvent {
  readonly is: 'scheduled';
  readonly instanceId: string;
  /** AWS's word, such as "instance-retirement". */
  readonly code: string;
  /** Whether the instance is over then; else it is away for a while. */
  readonly ends: boolean;
  /** Not before this; milliseconds since the epoch. */
  readonly at: number;
}

export type Schedule =
  | { readonly is: 'none' }
  | ScheduledEvent
  /** AWS did not say; `why` in words. */
  | { readonly is: 'unseen'; readonly why: string };

/** By AWS's code, whether the instance is over with it. */
const ENDS: Readonly<Record<string, boolean>> = {
  'instance-retirement': true,
  'instance-stop': true,
  'instance-reboot': false,
  'system-reboot': false,
  'system-maintenance': false,
};

/** Of what is over it is told for a week all the same. */
const OVER = /^\[(Completed|Canceled)\]/;

/** AWS schedules days ahead. */
const SECONDS = 3600;

/** What is scheduled first for an instance: one list an hour for all of the account. */
export async function scheduleOf(account: Account, instanceId: string): Promise<Schedule> {
  const listed = await account.inventory.read('scheduled events', SECONDS, () => load(account), SECONDS);
  const unseen = listed.find(({ is }) => is === 'unseen');
  if (unseen) return unseen;
  const own = listed.filter((each): each is ScheduledEvent => each.is === 'scheduled');
  return (
    own.filter((each) => each.instanceId === instanceId).sort((a, b) => a.at - b.at)[0] ?? { is: 'none' }
  );
}

async function* load({ ec2 }: Account): AsyncIterable<Exclude<Schedule, { is: 'none' }>> {
  const Filters = [{ Name: 'event.code', Values: Object.keys(ENDS) }];
  try {
    for await (const { InstanceStatuses = [] } of paginateDescribeInstanceStatus(
      { client: ec2 },
      { Filters, IncludeAllInstances: true },
    ))
      yield* InstanceStatuses.flatMap(scheduledFor);
  } catch (error) {
    if (!isOfCall(error)) throw error;
    yield { is: 'unseen', why: judge(error).message };
  }
}

const scheduledFor = ({ InstanceId: instanceId = '', Events = [] }: InstanceStatus): ScheduledEvent[] =>
  Events.filter(({ Description = '' }) => !OVER.test(Description)).map(({ Code: code = '', NotBefore }) => ({
    is: 'scheduled',
    instanceId,
    code,
    ends: ENDS[code] === true,
    at: NotBefore?.getTime() ?? 0,
  }));
