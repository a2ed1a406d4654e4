import { describe, expect, test } from 'vitest';
import { BRISK } from './aws/times.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { doubles } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** The region's shared objects are one of each, whatever is listed late, doubled or untagged. */

const PATIENCE = 1500;

const stored = async (world: World): Promise<void> => {
  expect(world.senders.post('orders').status).toBe(200);
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
};

test.each(['CreateVpc', 'CreateInternetGateway', 'CreateRouteTable', 'CreateRestApi'])(
  'none is made twice where the operator dies just after %s, and AWS lists nothing for a while',
  async (command) => {
    const world = await simulate({ times: BRISK, isStarted: false });
    world.aws.faults.lag(20);
    world.crashOn((call) => call.command === command);
    world.start();
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), PATIENCE);
    expect(doubles(world)).toEqual([]);
  },
);

/** What there is twice; the second has an id that comes first. */
const TWICE: readonly (readonly [string, (world: World) => (world: World) => boolean])[] = [
  [
    'VPC',
    ({ aws: { ec2 } }) => {
      const { id, ...vpc } = first(ec2.vpcs.values());
      ec2.vpcs.set('vpc-0', { ...vpc, id: 'vpc-0' });
      return ({ aws }) => !aws.ec2.vpcs.has('vpc-0') && aws.ec2.vpcs.has(id);
    },
  ],
  [
    'internet gateway',
    ({ aws: { ec2 } }) => {
      const { id, tags } = first(ec2.internetGateways.values());
      ec2.internetGateways.set('igw-0', { id: 'igw-0', tags, vpcId: undefined });
      return ({ aws }) => !aws.ec2.internetGateways.has('igw-0') && aws.ec2.internetGateways.has(id);
    },
  ],
  [
    'route table',
    ({ aws: { ec2 } }) => {
      const { id, ...table } = first(ec2.routeTables.values());
      ec2.routeTables.set('rtb-0', { ...table, id: 'rtb-0', associations: {} });
      return ({ aws }) => !aws.ec2.routeTables.has('rtb-0') && aws.ec2.routeTables.has(id);
    },
  ],
  [
    'REST API',
    ({ aws: { apiGateway } }) => {
      const { id, ...api } = first(apiGateway.restApis.values());
      apiGateway.restApis.set('api-0', { ...api, id: 'api-0', madeAt: 0 });
      return ({ aws }) => !aws.apiGateway.restApis.has('api-0') && aws.apiGateway.restApis.has(id);
    },
  ],
];

describe('of two, the one in use stays, and the other goes:', () => {
  test.each(TWICE)('%s', async (_, double) => {
    const world = await settledWorld();
    const before = world.aws.changes.length;
    const isOne = double(world);
    await world.restart();
    await world.until(isOne, PATIENCE);
    const removals = () => world.log.filter(({ message }) => message === 'removed in AWS');
    // It is said at the end of the look that removed it.
    await world.until(() => removals().length > 0, 60);
    expect(isReady('orders')(world)).toBe(true);
    await stored(world);
    const [removal, ...more] = world.aws.changes.slice(before);
    expect(more).toEqual([]);
    expect(removals().map(({ details }) => details)).toEqual([
      {
        region: 'eu-central-1',
        object: expect.stringMatching(/^(Vpc|InternetGateway|RouteTable|RestApi) (vpc|igw|rtb|api)-0$/),
        cause: 'is there twice, and nothing uses this one',
      },
    ]);
    expect(removal?.command).toMatch(/^Delete/);
  });
});

test('a VPC of ours in which something of others is stays', async () => {
  const world = await settledWorld();
  const { ec2 } = world.aws;
  ec2.vpcs.set('vpc-0', { ...first(ec2.vpcs.values()), id: 'vpc-0' });
  ec2.subnets.set('subnet-0', { ...first(ec2.subnets.values()), id: 'subnet-0', vpcId: 'vpc-0', tags: {} });
  const before = world.aws.changes.length;
  await world.run(3600);
  expect(world.aws.changes.slice(before)).toEqual([]);
});

type Untag = (world: World) => { readonly id: string; readonly tagBack: () => void };

const UNTAGGED: readonly (readonly [string, Untag])[] = [
  ['VPC', untag(({ ec2 }) => ec2.vpcs)],
  ['internet gateway', untag(({ ec2 }) => ec2.internetGateways)],
  ['route table', untag(({ ec2 }) => ec2.routeTables)],
];

interface Tagged {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}
interface TaggedTable {
  values(): readonly Tagged[];
  change(id: string, fields: { tags: Tagged['tags'] }): void;
}

function untag(tableOf: (aws: World['aws']) => TaggedTable): Untag {
  return ({ aws }) => {
    const table = tableOf(aws);
    const { id, tags } = first(table.values());
    table.change(id, { tags: {} });
    return { id, tagBack: () => table.change(id, { tags }) };
  };
}

const TWO = { metadata: { name: 'returns' } };

describe('whose tags somebody took off is not made a second time: who needs it waits and is told which tags', () => {
  test.each(UNTAGGED)('%s', async (_, take) => {
    const world = await settledWorld();
    const { id, tagBack } = take(world);
    world.kubernetes.apply(TWO);
    await world.run(300);
    await stored(world);
    const made = doubles(world);
    expect(made.filter((prefix) => ['vpc', 'igw', 'rtb'].includes(prefix))).toEqual([]);
    await world.until(
      ({ kubernetes, log }) =>
        String(kubernetes.condition('returns', 'StoreReady')?.message).includes(id) ||
        log.some(({ details }) => 'cause' in details && String(details.cause).includes(id)),
      60,
    );
    tagBack();
    await world.until(isReady('returns'), PATIENCE);
    await world.until(isReady('orders'), PATIENCE);
  });

  test('REST API: it serves on, and takes no change', async () => {
    const world = await settledWorld();
    const { restApis } = world.aws.apiGateway;
    const { id, tags } = first(restApis.values());
    restApis.change(id, { tags: {} });
    world.kubernetes.apply(TWO);
    await world.until(
      ({ kubernetes }) => kubernetes.condition('returns', 'GatewayReady')?.reason === 'NotOurs',
      300,
    );
    expect(world.kubernetes.condition('returns', 'GatewayReady')?.message).toContain(
      `RestApi ${id} has the name of what all pipelines of the region share, and not its tags: what it serves goes on, and nothing of it is changed; tag it nami.dev/cluster=simulated, nami.dev/shared=region, nami.dev/object=gateway if it is that, or rename it if it is something else`,
    );
    await stored(world);
    restApis.change(id, { tags });
    await world.until(isReady('returns'), PATIENCE);
    expect(world.aws.made('api')).toBe(1);
  });

  test('VPC and subnets: the host tells where it stands', async () => {
    const world = await settledWorld();
    const { ec2 } = world.aws;
    const vpc = first(ec2.vpcs.values());
    const subnet = first(ec2.subnets.values());
    ec2.vpcs.change(vpc.id, { tags: {} });
    ec2.subnets.change(subnet.id, { tags: {} });
    world.kubernetes.apply(TWO);
    await world.until(
      ({ kubernetes }) => kubernetes.condition('returns', 'StoreReady')?.reason === 'NetworkTagsLost',
      300,
    );
    expect(world.kubernetes.condition('returns', 'StoreReady')?.message).toContain(
      `aws ec2 create-tags --region eu-central-1 --resources ${vpc.id} --tags`,
    );
    expect(world.aws.made('vpc')).toBe(1);
    await stored(world);
    ec2.vpcs.change(vpc.id, { tags: vpc.tags });
    await world.until(
      ({ kubernetes }) => String(kubernetes.condition('returns', 'StoreReady')?.message).includes(subnet.id),
      300,
    );
    ec2.subnets.change(subnet.id, { tags: subnet.tags });
    await world.until(isReady('returns'), PATIENCE);
    await world.until(isReady('orders'), PATIENCE);
    expect(world.aws.made('vpc')).toBe(1);
  });
});
