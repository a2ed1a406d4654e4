import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteTableCommand,
  DisassociateRouteTableCommand,
  type Filter,
  paginateDescribeRouteTables,
  ReplaceRouteCommand,
  type RouteTable,
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

export interface RouteTableDesired {
  readonly vpcId: string;
  readonly internetGatewayId: string;
  /** Subnets whose traffic follows this table. */
  readonly subnetIds: readonly string[];
}

type Details = RouteTableDesired & {
  /** There is a way out, wherever it leads: to another gateway, or to one that is gone. */
  readonly hasWayOut: boolean;
  readonly associationIds: readonly string[];
};

const EVERYWHERE = '0.0.0.0/0';

function actual({
  RouteTableId = '',
  VpcId = '',
  Tags,
  Routes,
  Associations = [],
}: RouteTable): Actual<Details> {
  const wayOut = Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === EVERYWHERE);
  return {
    id: RouteTableId,
    tags: tagRecord(Tags),
    state: READY,
    outputs: { id: RouteTableId },
    details: {
      vpcId: VpcId,
      internetGatewayId: wayOut?.State === 'blackhole' ? '' : (wayOut?.GatewayId ?? ''),
      hasWayOut: wayOut !== undefined,
      subnetIds: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
      associationIds: Associations.flatMap(({ RouteTableAssociationId: id, Main }) =>
        id && !Main ? id : [],
      ),
    },
  };
}

async function describe({ ec2 }: Account, Filters: Filter[]): Promise<Actual<Details>[]> {
  const pages = await Array.fromAsync(paginateDescribeRouteTables({ client: ec2 }, { Filters }));
  return pages.flatMap(({ RouteTables = [] }) => RouteTables.map(actual));
}

/** The route tables of a shared network. */
export const routeTables = networkList('route tables', (account, owner) =>
  describe(account, ownerFilters(owner)),
);

async function ofSubnets(
  account: Account,
  subnetIds: readonly string[],
): Promise<Actual<Details> | undefined> {
  const [found] = await describe(account, [{ Name: 'association.subnet-id', Values: [...subnetIds] }]);
  return found;
}

/** Makes subnets public ones. */
export const routeTable = defineKind<RouteTableDesired, Details>({
  removal: 98,
  shared: true,
  doubles: { isUnused: (_, { details }) => details.subnetIds.length === 0 },
  async find(account, { vpcId, subnetIds }, owner) {
    const inVpc = (await routeTables.read(account, owner)).filter(({ details }) => details.vpcId === vpcId);
    const inUse = inVpc.filter(({ details }) => details.subnetIds.length > 0);
    if (inUse[0]) return inUse[0];
    const untagged = await ofSubnets(account, subnetIds);
    if (untagged && !carries(untagged.tags ?? {}, owner.identity))
      throw networkTagsLost(account, owner, 'route table', untagged.id, 'network');
    return inVpc[0];
  },
  owned: (account, owner) => routeTables.read(account, owner),
  compare({ details }, { internetGatewayId, subnetIds }) {
    const missing = subnetIds.filter((id) => !details.subnetIds.includes(id));
    return [...differing(details, { internetGatewayId }), ...(missing.length > 0 ? ['subnetIds'] : [])];
  },
  async create(account, { vpcId }, tags, owner) {
    const command = new CreateRouteTableCommand({
      VpcId: vpcId,
      TagSpecifications: tagged('route-table', owner, tags),
    });
    const { RouteTable } = await routeTables.change(account, owner, () => account.once.ec2.send(command));
    return { ...actual(RouteTable ?? {}), tags };
  },
  update: (account, desired, found, owner) =>
    routeTables.change(account, owner, () => lead(account, desired, found)),
  async remove(account, { id, details }, owner) {
    await routeTables.change(account, owner, async () => {
      for (const associationId of details.associationIds) {
        const command = new DisassociateRouteTableCommand({ AssociationId: associationId });
        await orGone(account.ec2.send(command));
      }
      await orGone(account.ec2.send(new DeleteRouteTableCommand({ RouteTableId: id })));
    });
  },
  tag: tagEc2,
  untag: untagEc2,
});

/** Gives a table its way out, and the subnets that are to follow it. */
async function lead(
  { ec2 }: Account,
  { internetGatewayId, subnetIds }: RouteTableDesired,
  found: Actual<Details>,
): Promise<Actual<Details>> {
  const { id, details } = found;
  if (details.internetGatewayId !== internetGatewayId) {
    const way = { RouteTableId: id, DestinationCidrBlock: EVERYWHERE, GatewayId: internetGatewayId };
    await (details.hasWayOut
      ? ec2.send(new ReplaceRouteCommand(way))
      : orPresent(ec2.send(new CreateRouteCommand(way))));
  }
  for (const subnetId of subnetIds) {
    if (details.subnetIds.includes(subnetId)) continue;
    await orPresent(ec2.send(new AssociateRouteTableCommand({ RouteTableId: id, SubnetId: subnetId })));
  }
  return { ...found, details: { ...details, internetGatewayId, hasWayOut: true, subnetIds } };
}
