import { CreateSubnetCommand, DeleteSubnetCommand, type Subnet } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone } from '../account/errors.ts';
import { networkList } from '../calls/network-list.ts';
import { describeSubnets, subnetsOfVpc } from '../calls/subnets.ts';
import { networkTagsLost } from '../calls/tags-lost.ts';
import { type Actual, pending, READY } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';
import { carries, type Owner } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

export interface SubnetDesired {
  readonly vpcId: string;
  readonly cidr: string;
  /** Availability zone, such as "eu-central-1a". */
  readonly zone: string;
}

type Details = { readonly zone: string; readonly vpcId: string };

const actual = ({
  SubnetId = '',
  VpcId = '',
  Tags,
  State,
  AvailabilityZone = '',
}: Subnet): Actual<Details> => ({
  id: SubnetId,
  tags: tagRecord(Tags),
  state: State === 'available' ? READY : pending(`is ${State}`, 1),
  outputs: { id: SubnetId, zone: AvailabilityZone },
  details: { zone: AvailabilityZone, vpcId: VpcId },
});

/** The VPCs that hold these subnets: the one with the most of them first. */
export function vpcsOf(subnets: readonly Actual<Details>[]): string[] {
  const all = subnets.map(({ details }) => details.vpcId);
  const count = (id: string) => all.filter((each) => each === id).length;
  return [...new Set(all)].sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1));
}

/** The subnets of a shared network. */
export const subnets = networkList('subnets', async (account, owner) =>
  (await describeSubnets(account, ownerFilters(owner))).map(actual),
);

async function atAddress(account: Account, vpcId: string, cidr: string): Promise<Subnet | undefined> {
  return (await subnetsOfVpc(account, vpcId)).find(({ CidrBlock }) => CidrBlock === cidr);
}

const isOfOwner = ({ Tags }: Subnet, { identity }: Owner) => carries(tagRecord(Tags), identity);

/** One zone's part of the shared network. */
export const subnet = defineKind<SubnetDesired, Details>({
  removal: 100,
  shared: true,
  async find(account, { vpcId, zone, cidr }, owner) {
    const all = await subnets.read(account, owner);
    const found = all.find(({ details }) => details.vpcId === vpcId && details.zone === zone);
    if (found) return found;
    const untagged = await atAddress(account, vpcId, cidr);
    if (untagged && !isOfOwner(untagged, owner))
      throw networkTagsLost(account, owner, 'subnet', untagged.SubnetId ?? '', zone);
    return undefined;
  },
  owned: (account, owner) => subnets.read(account, owner),
  compare: () => [],
  async create(account, { vpcId, cidr, zone }, tags, owner) {
    const command = new CreateSubnetCommand({
      VpcId: vpcId,
      CidrBlock: cidr,
      AvailabilityZone: zone,
      TagSpecifications: tagged('subnet', owner, tags),
    });
    const { Subnet } = await subnets.change(account, owner, () => account.ec2.send(command));
    return { ...actual(Subnet ?? {}), tags };
  },
  async update() {},
  async remove(account, { id }, owner) {
    const command = new DeleteSubnetCommand({ SubnetId: id });
    await subnets.change(account, owner, () => orGone(account.ec2.send(command)));
  },
  tag: tagEc2,
  untag: untagEc2,
});
