import { type Filter, paginateDescribeSubnets, type Subnet } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';

/** All subnets of the region that pass the filters. (EC2 API Reference: DescribeSubnets.) */
export async function describeSubnets({ ec2 }: Account, Filters: Filter[]): Promise<Subnet[]> {
  const pages = await Array.fromAsync(paginateDescribeSubnets({ client: ec2 }, { Filters }));
  return pages.flatMap(({ Subnets = [] }) => Subnets);
}

/** Whoever's they are. */
export const subnetsOfVpc = (account: Account, vpcId: string): Promise<Subnet[]> =>
  describeSubnets(account, [{ Name: 'vpc-id', Values: [vpcId] }]);
