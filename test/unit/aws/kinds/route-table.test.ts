import { expect, test } from 'vitest';
import { routeTable } from '../../../../src/aws/kinds/route-table.ts';
import { tagList } from '../../../../src/aws/wire/tags.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { scripted } from './scripted-account.ts';

const DESIRED = { vpcId: 'vpc-1', internetGatewayId: 'igw-1', subnetIds: ['subnet-1'] };
const out = (more: object) => ({ DestinationCidrBlock: '0.0.0.0/0', State: 'active', ...more });
const LOCAL = { DestinationCidrBlock: '10.77.0.0/16', GatewayId: 'local', State: 'active' };

async function mended(...routes: object[]) {
  const Associations = [{ SubnetId: 'subnet-1', RouteTableAssociationId: 'a-1' }];
  const run = scripted({
    DescribeRouteTables: () => ({
      RouteTables: [
        {
          RouteTableId: 'rtb-1',
          VpcId: 'vpc-1',
          Tags: tagList(OURS),
          Routes: [LOCAL, ...routes],
          Associations,
        },
      ],
    }),
    CreateRoute: () => ({}),
    ReplaceRoute: () => ({}),
  });
  const found = await routeTable.find(run.account, DESIRED, OWNER);
  if (!found) throw new Error('it is there');
  const differences = routeTable.compare(found, DESIRED);
  await routeTable.update(run.account, DESIRED, found, OWNER);
  return { differences, writes: run.writes(), way: run.inputs('ReplaceRoute')[0]?.GatewayId };
}

test('a table that leads out is left alone', async () => {
  expect(await mended(out({ GatewayId: 'igw-1' }))).toMatchObject({ differences: [], writes: [] });
});

test('a table without a way out gets one', async () => {
  expect(await mended()).toMatchObject({ differences: ['internetGatewayId'], writes: ['CreateRoute'] });
});

test.each([
  ['another gateway', { GatewayId: 'igw-0' }],
  ['a gateway that is gone', { GatewayId: 'igw-0', State: 'blackhole' }],
  ['its own gateway, which was away', { GatewayId: 'igw-1', State: 'blackhole' }],
  ['a NAT gateway', { NatGatewayId: 'nat-1' }],
])('a way out to %s is replaced: a second one there can not be', async (_, route) => {
  expect(await mended(out(route))).toEqual({
    differences: ['internetGatewayId'],
    writes: ['ReplaceRoute'],
    way: 'igw-1',
  });
});
