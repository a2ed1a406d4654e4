import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';

/** Names of the regions that the account has switched on. (Amazon EC2: DescribeRegions lists no others by default.) */
export async function enabledRegions({ ec2 }: Account): Promise<string[]> {
  const { Regions } = await ec2.send(new DescribeRegionsCommand({}));
  return (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []);
}
