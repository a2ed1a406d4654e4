import {
  CreateSubnetCommand,
  DeleteSubnetCommand,
  DescribeSubnetsCommand,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone } from '../account/errors.ts';
import { type Actual, byId, pending, READY } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';
import type { Owner } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

export interface SubnetDesired {
  readonly vpcId: string;
  readonly cidr: string;
  /** Availability zone, such as "eu-central-1a". */
  readonly zone: string;
}

type Details = { readonly zone: string };

const actual = ({ SubnetId = '', Tags, State, AvailabilityZone = '' }: Subnet): Actual<Details> => ({
  id: SubnetId,
  tags: tagRecord(Tags),
  state: State === 'available' ? READY : pending(`is ${State}`, 1),
  outputs: { id: SubnetId, zone: AvailabilityZone },
  details: { zone: AvailabilityZone },
});

async function list(account: Account, owner: Owner): Promise<Actual<Details>[]> {
  const { Subnets } = await account.ec2.send(new DescribeSubnetsCommand({ Filters: ownerFilters(owner) }));
  return (Subnets ?? []).map(actual).sort(byId);
}

/** One zone's part of the shared network. */
export const subnet = defineKind<SubnetDesired, Details>({
  removal: 100,
  async find(account, { zone }, owner) {
    return (await list(account, owner)).find(({ details }) => details.zone === zone);
  },
  owned: list,
  compare: () => [],
  async create(account, { vpcId, cidr, zone }, tags, owner) {
    const { Subnet } = await account.ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: cidr,
        AvailabilityZone: zone,
        TagSpecifications: tagged('subnet', owner, tags),
      }),
    );
    return { ...actual(Subnet ?? {}), tags };
  },
  async update() {},
  async remove(account, { id }) {
    await orGone(account.ec2.send(new DeleteSubnetCommand({ SubnetId: id })));
  },
  tag: tagEc2,
  untag: untagEc2,
});
