import { beforeAll, expect, test } from 'vitest';
import { TAGS } from '../../src/aws/object/owner.ts';
import { accessLog } from '../iam/access-log.ts';
import { CLUSTER, CODE_BUCKET, decide, operatorPolicy } from '../iam/policies.ts';
import { DRIFTS } from './drifts.ts';
import { fullWorld } from './full-world.ts';
import { first, isGone, isReady, settledWorld } from './pipelines.ts';
import { NOTHING_STAYS, wholeLife } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/**
 * Rights that no simulated life comes to use, and why the operator needs them: "statement action". (That it uses no
 * others than it has is seen after every file of simulations, see permitted.ts.)
 */
const UNUSED: Readonly<Record<string, string>> = {
  'Look ec2:DescribeRegions': 'asked once by the process, which a simulation has none of',
  'Mappings lambda:GetEventSourceMapping':
    'asked at a deletion about a mapping that is known and that no list shows (test/unit/aws/graph/missed)',
  ...Object.fromEntries(
    ['GetRolePolicy', 'ListAttachedRolePolicies', 'ListRolePolicies'].map((action) => [
      `FindRoles iam:${action}`,
      'asked about a role that goes between two calls (test/simulation/deletion)',
    ]),
  ),
};

let used: ReadonlySet<string>;
const policy = operatorPolicy();

beforeAll(async () => {
  for (const live of LIVES) await live();
  const answers = await Promise.all(
    accessLog.asked.map(async (access) => [access.action, await decide(access, policy)] as const),
  );
  used = new Set(answers.flatMap(([action, { sids }]) => sids().map((sid) => `${sid} ${action}`)));
}, 120_000);

const given = policy.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Sid, Action }) =>
  [Action].flat().map((action) => `${Sid} ${action}`),
);

test('the operator has no right that it never uses', () => {
  expect(given.filter((right) => !used.has(right))).toEqual(Object.keys(UNUSED));
});

/** Puts up with what a life goes through for as long as it takes. */
const PATIENCE = 1800;
const RESYNC = 700;

/** Lives that come by all that the operator can do. */
const LIVES: readonly (() => Promise<void>)[] = [
  async () => await wholeLife(await simulate({ settings: NOTHING_STAYS })),

  underADomain,

  async function drifted() {
    const world = await settledWorld();
    for (const [, drift] of STRANGER_DRIFTS) await world.until(drift(world), PATIENCE);
    await world.until(isReady('orders'), PATIENCE);
    const full = await fullWorld();
    for (const { meddle } of DRIFTS) {
      meddle(full);
      await full.run(RESYNC);
      await full.until(isReady('orders'), PATIENCE);
    }
  },

  async function changed() {
    const world = await simulate({ settings: { ...NOTHING_STAYS, NAMI_ALLOWED_CODE_BUCKETS: CODE_BUCKET } });
    world.kubernetes.setConfigMap('code', { 'code.mjs': 'export const process = () => {};' });
    world.aws.s3.put(CODE_BUCKET, 'code.mjs', 'export const receive = () => {};');
    for (const [index, spec] of SPECS.entries()) {
      world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
      await world.until(isReady('orders'), PATIENCE);
      await world.run(120);
      if (index === 0) world.senders.post('orders');
    }
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), PATIENCE);
    await world.until(({ aws }) => aws.contents().length === 0, PATIENCE);
  },

  async function copied() {
    const world = await simulate({ settings: NOTHING_STAYS });
    const spec = { store: { managed: { snapshots: { everyHours: 1, keep: 1 } } } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), PATIENCE);
    // As long as it takes to have one too many.
    await world.run(4 * 3600);
  },
  rotated,
  restored,
];

/** Credentials that are rotated. */
async function rotated(): Promise<void> {
  const world = await simulate({ settings: NOTHING_STAYS });
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), PATIENCE);
  world.kubernetes.apply({
    metadata: { name: 'orders', annotations: { 'nami.dev/rotate-credentials': 'once' } },
  });
  await world.until(
    ({ kubernetes }) => kubernetes.events.some(({ reason }) => reason === 'CredentialsRotated'),
    PATIENCE,
  );
}

/** A snapshot that is restored in place, after the password has become another, and in a pipeline that it is handed over to. */
async function restored(): Promise<void> {
  const world = await simulate({ settings: NOTHING_STAYS });
  const { snapshots, volumes } = world.aws.ec2;
  const apply = (name: string, volume: object, annotations = {}) =>
    world.kubernetes.apply({
      metadata: { name, annotations },
      spec: { store: { managed: { volume, snapshots: {} } } },
    });
  apply('orders', {});
  await world.until(isReady('orders'), PATIENCE);
  await world.until(() => snapshots.size > 0, 2 * 3600);
  await world.run(PATIENCE);
  const { id: snapshotId, tags, volumeId } = first(snapshots.values());
  world.aws.ssm.parameters.change(tags[TAGS.credentials] ?? '', { value: 'rotated' });
  apply('orders', { snapshotId }, { 'nami.dev/replace-volume': volumeId });
  await world.until(() => volumes.size === 2, PATIENCE);
  await world.until(isReady('orders'), PATIENCE);
  snapshots.change(snapshotId, { tags: { ...tags, [TAGS.adoptableBy]: `${CLUSTER}/default/returns` } });
  apply('returns', { snapshotId });
  await world.until(isReady('returns'), PATIENCE);
}

/** A domain name that gets another certificate and another base path, and whose gateway is closed elsewhere. */
async function underADomain(): Promise<void> {
  const arn = (id: string) => `arn:aws:acm:eu-central-1:123456789012:certificate/${id}`;
  const settings = (domain: object) => ({
    ...NOTHING_STAYS,
    NAMI_DISABLE_EXECUTE_API_ENDPOINT: 'true',
    NAMI_DOMAINS: JSON.stringify([{ name: 'hooks.example.com', hostedZoneId: 'Z1', ...domain }]),
  });
  const world = await simulate({ settings: settings({ certificateArn: arn('one') }), isStarted: false });
  world.aws.apiGateway.domains.certificates.add(arn('one')).add(arn('two'));
  world.aws.route53.zones.add('Z1');
  world.start();
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), PATIENCE);
  await world.run(PATIENCE);
  world.configure(settings({ certificateArn: arn('two'), basePath: 'in' }));
  await world.restart();
  await world.run(PATIENCE);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), PATIENCE);
  await world.run(PATIENCE);
}

/** One after the other, for one pipeline. */
const SPECS: readonly object[] = [
  {
    tags: { team: 'shop' },
    preQueue: { provisionedConcurrency: 5, reservedConcurrency: 50 },
    postQueue: { code: { configMapRef: { name: 'code', key: 'code.mjs' } } },
  },
  {
    preQueue: { code: { s3: { bucket: CODE_BUCKET, key: 'code.mjs' } } },
    postQueue: { code: { s3: { bucket: CODE_BUCKET, key: 'code.mjs', version: '1' } } },
    store: {
      managed: { cpuCredits: 'unlimited', volume: { sizeGiB: 20, reclaimPolicy: 'Delete' } },
    },
  },
];

/** What hands do that know AWS better than they should, and how it is seen that it was put right. */
const STRANGER_DRIFTS: readonly (readonly [string, (world: World) => (world: World) => boolean])[] = [
  [
    'a security group that is handed over',
    ({ aws: { ec2 } }) => {
      const { id, tags } = first(ec2.securityGroups.filter((group) => group.name.endsWith('-host')));
      ec2.securityGroups.change(id, { tags: { 'nami.dev/adoptable-by': `${CLUSTER}/default/orders` } });
      return ({ aws }) => aws.ec2.securityGroups.get(id)?.tags[TAGS.cluster] === tags[TAGS.cluster];
    },
  ],
  [
    'a role that has another boundary, another trust and another policy',
    ({ aws: { iam } }) => {
      const role = first(iam.roles.filter(({ name }) => name.endsWith('-post-queue')));
      iam.roles.change(role.name, {
        boundaryArn: 'arn:aws:iam::123456789012:policy/wide',
        trust: role.trust.replace('lambda', 'ec2'),
        attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      });
      const isAsBefore = ({ boundaryArn, trust, attached }: typeof role) =>
        boundaryArn === role.boundaryArn && trust === role.trust && attached.length === 0;
      return ({ aws }) => isAsBefore(first(aws.iam.roles.filter(({ name }) => name === role.name)));
    },
  ],
  [
    'the way out of the network',
    ({ aws: { ec2 } }) => {
      const { id, gatewayId } = first(ec2.network.routeTables.values());
      ec2.network.routeTables.change(id, { gatewayId: 'igw-elsewhere' });
      return ({ aws }) => aws.ec2.network.routeTables.get(id)?.gatewayId === gatewayId;
    },
  ],
  [
    'who may call a function',
    ({ aws: { lambda } }) => {
      const found = first(lambda.permissions.values());
      const key = `${found.key}/${found.Sid}`;
      lambda.permissions.change(key, { sourceArn: `${found.sourceArn}elsewhere` });
      return ({ aws }) => aws.lambda.permissions.get(key)?.sourceArn === found.sourceArn;
    },
  ],
];
