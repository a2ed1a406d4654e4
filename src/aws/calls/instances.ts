import {
  type DescribeInstancesCommandInput,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';

/** All instances of the region that are asked for, with those that have ended within the hour. (EC2 API Reference: DescribeInstances.) */
export async function describeInstances(
  { ec2 }: Account,
  input: Pick<DescribeInstancesCommandInput, 'Filters' | 'InstanceIds'>,
): Promise<Instance[]> {
  const pages = await Array.fromAsync(paginateDescribeInstances({ client: ec2 }, input));
  return pages.flatMap(({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances));
}
