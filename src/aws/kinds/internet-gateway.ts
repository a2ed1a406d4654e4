import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  DeleteInternetGatewayCommand,
  DetachInternetGatewayCommand,
  type Filter,
  type InternetGateway,
  paginateDescribeInternetGateways,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { orGone, orPresent } from '../account/errors.ts';
import { networkList } from '../calls/network-list.ts';
import { networkTagsLost } from '../calls/tags-lost.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { carries } from '../object/owner.ts';
import { ownerFilters, tagEc2, tagged, untagEc2 } from '../wire/ec2-tags.ts';
import { tagRecord } from '../wire/tags.ts';

export interface InternetGatewayDesired {
  readonly vpcId: string;
}

type Details = { readonly vpcId: string };

const actual = ({ InternetGatewayId = '', Tags, Attachments }: InternetGateway): Actual<Details> => ({
  id: InternetGatewayId,
  tags: tagRecord(Tags),
  state: READY,
  outputs: { id: InternetGatewayId },
  details: { vpcId: Attachments?.[0]?.VpcId ?? '' },
});

async function describe({ ec2 }: Account, Filters: Filter[]): Promise<Actual<Details>[]> {
  const pages = await Array.fromAsync(paginateDescribeInternetGateways({ client: ec2 }, { Filters }));
  return pages.flatMap(({ InternetGateways = [] }) => InternetGateways.map(actual));
}

const internetGateways = networkList('internet gateways', (account, owner) =>
  describe(account, ownerFilters(owner)),
);

async function attachedTo(account: Account, vpcId: string): Promise<Actual<Details> | undefined> {
  const [attached] = await describe(account, [{ Name: 'attachment.vpc-id', Values: [vpcId] }]);
  return attached;
}

/** The way out for hosts, which pull the database's image. */
export const internetGateway = defineKind<InternetGatewayDesired, Details>({
  removal: 102,
  shared: true,
  doubles: { isUnused: (_, { details }) => details.vpcId === '' },
  async find(account, { vpcId }, owner) {
    const ours = await internetGateways.read(account, owner);
    const attached =
      ours.find(({ details }) => details.vpcId === vpcId) ?? (await attachedTo(account, vpcId));
    if (attached && !carries(attached.tags ?? {}, owner.identity))
      throw networkTagsLost(account, owner, 'internet gateway', attached.id, 'network');
    return attached ?? ours.find(({ details }) => details.vpcId === '');
  },
  owned: (account, owner) => internetGateways.read(account, owner),
  compare: ({ details }, { vpcId }) => differing(details, { vpcId }),
  async create(account, _desired, tags, owner) {
    const command = new CreateInternetGatewayCommand({
      TagSpecifications: tagged('internet-gateway', owner, tags),
    });
    const { InternetGateway } = await internetGateways.change(account, owner, () =>
      account.once.ec2.send(command),
    );
    return { ...actual(InternetGateway ?? {}), tags };
  },
  async update(account, { vpcId }, found, owner) {
    const command = new AttachInternetGatewayCommand({ InternetGatewayId: found.id, VpcId: vpcId });
    await internetGateways.change(account, owner, () => orPresent(account.ec2.send(command)));
    return { ...found, details: { vpcId } };
  },
  async remove(account, { id: InternetGatewayId, details: { vpcId: VpcId } }, owner) {
    const { ec2 } = account;
    await internetGateways.change(account, owner, async () => {
      if (VpcId !== '')
        await orGone(ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })));
      await orGone(ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId })));
    });
  },
  tag: tagEc2,
  untag: untagEc2,
});
