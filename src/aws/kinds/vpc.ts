import { CreateVpcCommand, DeleteVpcCommand, paginateDescribeVpcs, type Vpc } from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone } from '../account/errors.ts';
import { describeInstances } from '../calls/instances.ts';
import { networkList } from '../calls/network-list.ts';
import { subnetsOfVpc } from '../calls/subnets.ts';
import { networkTagsLost } from '../calls/tags-lost.ts';
import { type Actual, pending, READY } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';
import { subnets, vpcsOf } from './subnet.ts';

export interface VpcDesired {
  /** Address range; it counts only when the VPC is made. */
  readonly cidr: string;
  /** Instances that are known to stand in it. */
  readonly hostIds: readonly string[];
}

/** Its tag `nami.dev/object`. */
const OBJECT = 'network';

const actual = ({ VpcId = '', Tags, State, CidrBlock = '' }: Vpc): Actual<null> => ({
  id: VpcId,
  tags: tagRecord(Tags),
  state: State === 'available' ? READY : pending(`is ${State}`, 1),
  outputs: { id: VpcId, cidr: CidrBlock },
  details: null,
});

const vpcs = networkList('VPCs', async (account, owner) => {
  const Filters = ownerFilters(owner);
  const pages = await Array.fromAsync(paginateDescribeVpcs({ client: account.ec2 }, { Filters }));
  return pages.flatMap(({ Vpcs = [] }) => Vpcs.map(actual));
});

/** Values that one filter takes. (EC2 API: "Filter".) */
const MOST_VALUES = 200;

async function vpcsOfHosts(account: Account, hostIds: readonly string[]): Promise<string[]> {
  if (hostIds.length === 0) return [];
  const filter = { Name: 'instance-id', Values: hostIds.slice(0, MOST_VALUES) };
  return (await describeInstances(account, { Filters: [filter] })).flatMap(({ VpcId }) => VpcId ?? []);
}

/** The small network that all pipelines of a region share where they bring none of their own. */
export const vpc = defineKind<VpcDesired, null>({
  removal: 105,
  shared: true,
  doubles: {
    // AWS itself refuses to delete one in which anything else is.
    isUnused: async (account, { id }) => (await subnetsOfVpc(account, id)).length === 0,
  },
  async find(account, { hostIds }, owner) {
    const ours = await vpcs.read(account, owner);
    const bySubnets = vpcsOf(await subnets.read(account, owner));
    const used = bySubnets.length > 0 ? bySubnets : await vpcsOfHosts(account, hostIds);
    const [first] = used;
    if (first === undefined) return ours[0];
    const found = used.flatMap((id) => ours.find((each) => each.id === id) ?? [])[0];
    if (!found) throw networkTagsLost(account, owner, 'VPC', first, OBJECT);
    return found;
  },
  owned: (account, owner) => vpcs.read(account, owner),
  compare: () => [],
  async create(account, { cidr }, tags, owner) {
    const command = new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tagged('vpc', owner, tags) });
    const { Vpc } = await vpcs.change(account, owner, () => account.once.ec2.send(command));
    return { ...actual(Vpc ?? {}), tags };
  },
  async update() {},
  async remove(account, { id }, owner) {
    await vpcs.change(account, owner, () => orGone(account.ec2.send(new DeleteVpcCommand({ VpcId: id }))));
  },
  tag: tagEc2,
  untag: untagEc2,
});
