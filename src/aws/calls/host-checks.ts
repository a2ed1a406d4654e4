import { DescribeInstanceStatusCommand, type InstanceStatusSummary } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';

/** Status checks of a machine that fail: of what is AWS's, its hardware and network, or of the machine's own system. */
export interface FailedChecks {
  readonly of: 'system' | 'instance';
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** The status checks that fail for longest; none where they pass, or where AWS has not made them yet. (EC2: "Status checks for instances".) */
export async function failedChecksOf(
  { ec2 }: Account,
  instanceId: string,
): Promise<FailedChecks | undefined> {
  const { InstanceStatuses } = await ec2.send(
    new DescribeInstanceStatusCommand({ InstanceIds: [instanceId] }),
  );
  const [status] = InstanceStatuses ?? [];
  return [...failed('system', status?.SystemStatus), ...failed('instance', status?.InstanceStatus)].sort(
    (a, b) => a.since - b.since,
  )[0];
}

const failed = (of: FailedChecks['of'], summary: InstanceStatusSummary | undefined): FailedChecks[] =>
  (summary?.Details ?? []).flatMap(({ ImpairedSince }) =>
    ImpairedSince === undefined ? [] : [{ of, since: ImpairedSince.getTime() }],
  );
