import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand, type Vpc } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone } from '../account/errors.ts';
import { type Actual, byId, pending, READY } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';
import type { Owner } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

export interface VpcDesired {
  /** Address range; it counts only when the VPC is made. */
  readonly cidr: string;
}

const actual = ({ VpcId = '', Tags, State, CidrBlock = '' }: Vpc): Actual<null> => ({
  id: VpcId,
  tags: tagRecord(Tags),
  state: State === 'available' ? READY : pending(`is ${State}`, 1),
  outputs: { id: VpcId, cidr: CidrBlock },
  details: null,
});

async function list(account: Account, owner: Owner): Promise<Actual<null>[]> {
  const { Vpcs } = await account.ec2.send(new DescribeVpcsCommand({ Filters: ownerFilters(owner) }));
  return (Vpcs ?? []).map(actual).sort(byId);
}

/** The small network that all pipelines of a region share where they bring none of their own. */
export const vpc = defineKind<VpcDesired, null>({
  removal: 105,
  doubles: true,
  find: async (account, _desired, owner) => (await list(account, owner))[0],
  owned: list,
  compare: () => [],
  async create(account, { cidr }, tags, owner) {
    const { Vpc } = await account.once.ec2.send(
      new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tagged('vpc', owner, tags) }),
    );
    return { ...actual(Vpc ?? {}), tags };
  },
  async update() {},
  async remove(account, { id }) {
    await orGone(account.ec2.send(new DeleteVpcCommand({ VpcId: id })));
  },
  tag: tagEc2,
  untag: untagEc2,
});
