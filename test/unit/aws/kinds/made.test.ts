import { describe, expect, test } from 'vitest';
import type { KindName } from '../../../../src/aws/graph/graph.ts';
import { kindOf, kinds } from '../../../../src/aws/kinds/index.ts';
import { READY } from '../../../../src/aws/object/actual.ts';
import { TAGS, type Tags } from '../../../../src/aws/object/owner.ts';
import { tagList } from '../../../../src/aws/wire/tags.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const NO_VOLUME = { object: 'data', expectedId: '', givenUpId: '' };
const ARN = 'arn:aws:sqs:eu-central-1:123456789012:q';

/** What creations answer: by kind what is wanted, AWS's answers, the outputs, and what is left for an update. */
const CREATIONS: [KindName, object, Script, object, string[]][] = [
  [
    'Alarm',
    { name: 'a', actions: [], dimensions: {} },
    { PutMetricAlarm: () => ({}) },
    { arn: 'arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a' },
    [],
  ],
  [
    'EventSourceMapping',
    { queueArn: ARN, functionArn: 'f' },
    { CreateEventSourceMapping: () => ({ UUID: 'u', State: 'Creating' }) },
    { id: 'u' },
    // Not compared while it is in the making.
    expect.anything() as unknown as string[],
  ],
  [
    'GatewayResponse',
    { restApiId: 'api', type: 'THROTTLED', statusCode: 503, body: '{}', retryAfterSeconds: 5 },
    { PutGatewayResponse: () => ({}) },
    {},
    [],
  ],
  [
    'InstanceProfile',
    { name: 'p', path: '/', roleName: 'r' },
    { CreateInstanceProfile: () => ({ InstanceProfile: { InstanceProfileName: 'p', Arn: 'arn:p' } }) },
    { name: 'p', arn: 'arn:p' },
    ['roleName'],
  ],
  [
    'InternetGateway',
    { vpcId: 'vpc-1' },
    { CreateInternetGateway: () => ({ InternetGateway: { InternetGatewayId: 'igw-1' } }) },
    { id: 'igw-1' },
    ['vpcId'],
  ],
  [
    'LogGroup',
    { name: '/l', retentionDays: 7 },
    { CreateLogGroup: () => ({}) },
    { name: '/l', arn: 'arn:aws:logs:eu-central-1:123456789012:log-group:/l' },
    ['retentionDays'],
  ],
  [
    'Parameter',
    { name: '/p', description: '', volume: NO_VOLUME, functionName: 'f' },
    { PutParameter: () => ({}), DescribeVolumes: () => ({ Volumes: [] }) },
    { name: '/p', user: 'nami', password: expect.stringMatching(/^[\w-]{43}$/) },
    [],
  ],
  [
    'Permission',
    { functionName: 'f', alias: 'live', sourceArn: 'arn:route' },
    { AddPermission: () => ({}) },
    {},
    [],
  ],
  [
    'Queue',
    { name: 'q', retentionSeconds: 60, visibilityTimeoutSeconds: 60 },
    { CreateQueue: () => ({ QueueUrl: 'https://sqs/1/q' }) },
    { url: 'https://sqs/1/q', arn: ARN },
    [],
  ],
  [
    'RestApi',
    { name: 'g', description: 'd' },
    {
      CreateRestApi: () => ({
        id: 'api',
        rootResourceId: 'root',
        description: 'd',
        binaryMediaTypes: ['*/*'],
      }),
    },
    { id: 'api', rootResourceId: 'root' },
    [],
  ],
  [
    'Role',
    { name: 'r', path: '/', service: 's', statements: [{ Effect: 'Allow', Action: 'a' }], boundaryArn: 'b' },
    { CreateRole: () => ({ Role: { RoleName: 'r', Arn: 'arn:r', RoleId: 'AROA' } }) },
    { name: 'r', arn: 'arn:r', roleId: 'AROA' },
    ['statements'],
  ],
  [
    'RouteTable',
    { vpcId: 'vpc-1', internetGatewayId: 'igw-1', subnetIds: ['s-1'] },
    { CreateRouteTable: () => ({ RouteTable: { RouteTableId: 'rtb-1' } }) },
    { id: 'rtb-1' },
    ['internetGatewayId', 'subnetIds'],
  ],
  [
    'SecurityGroup',
    { name: 'sg', vpcId: 'vpc-1', ingress: [{ port: 1, fromGroupId: 'sg-2' }], egress: [1] },
    { CreateSecurityGroup: () => ({ GroupId: 'sg-1' }) },
    { id: 'sg-1' },
    ['ingress', 'egress'],
  ],
  [
    'Stage',
    { restApiId: 'api', name: 'live', content: 'c', throttles: {} },
    { CreateDeployment: () => ({ id: 'd' }), CreateStage: () => ({}) },
    { name: 'live', content: 'c' },
    ['metrics'],
  ],
  [
    'VolumeAttachment',
    { volumeId: 'vol-1', instanceId: 'i-1', device: '/dev/sdf' },
    { AttachVolume: () => ({ State: 'attaching' }) },
    {},
    [],
  ],
  [
    'Vpc',
    { cidr: '10.0.0.0/16' },
    { CreateVpc: () => ({ Vpc: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/16', State: 'pending' } }) },
    { id: 'vpc-1' },
    [],
  ],
];

describe('a creation answers what it made, without reading it', () => {
  test.each(CREATIONS)('%s', async (kind, desired, script, outputs, left) => {
    const run = scripted(script);
    const made = await kindOf(kind).create(run.account, desired, OURS, OWNER);
    expect(made.id).not.toBe('');
    expect(made.outputs).toMatchObject(outputs);
    expect([undefined, OURS]).toContainEqual(made.tags);
    expect(kindOf(kind).compare(made, desired)).toEqual(left);
  });
});

test.each(CREATIONS.filter(([kind]) => kindOf(kind).tag))(
  'the tags of a %s are in the call that makes it, which an organisation may demand',
  async (kind, desired, script) => {
    const run = scripted(script);
    await kindOf(kind).create(run.account, desired, { ...OURS, team: 'shop' }, OWNER);
    const [making] = run.writes().filter((command) => command !== 'CreateDeployment');
    expect(JSON.stringify(run.inputs(making ?? ''))).toMatch(/"team":"shop"|"Key":"team","Value":"shop"/);
  },
);

test('a mapping has the added tags, and that of its cluster alone', async () => {
  const make = async (tags: Tags) => {
    const run = scripted({ CreateEventSourceMapping: () => ({}) });
    await kindOf('EventSourceMapping').create(run.account, { queueArn: ARN, functionArn: 'f' }, tags, OWNER);
    return run.inputs('CreateEventSourceMapping')[0]?.Tags;
  };
  const cluster = { [TAGS.cluster]: OURS[TAGS.cluster] };
  expect(await make({ ...OURS, team: 'shop' })).toEqual({ ...cluster, team: 'shop' });
  expect(await make(OURS)).toEqual(cluster);
});

const NAMES = Object.keys(kinds) as KindName[];
test.each(NAMES.filter((name) => kindOf(name).tag))('the tags of a %s can be taken off', async (name) => {
  const calls: [string, unknown][] = [];
  const script = new Proxy<Script>(
    {},
    { get: (_, command: string) => (input: unknown) => void calls.push([command, input]) },
  );
  const found = { id: 'x', tags: {}, state: READY, outputs: {}, details: { arn: 'arn:x', url: 'https://x' } };
  await kindOf(name).untag?.(scripted(script).account, found, ['team']);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.[0]).toMatch(/^(Untag\w*|DeleteTags|RemoveTagsFromResource)$/);
  expect(JSON.stringify(calls[0]?.[1])).toMatch(/\["team"\]|\[\{"Key":"team"\}\]/);
});

test.each<[KindName, string, string]>([
  ['Role', 'CreateRole', 'EntityAlreadyExists'],
  ['LogGroup', 'CreateLogGroup', 'ResourceAlreadyExistsException'],
  ['Parameter', 'PutParameter', 'ParameterAlreadyExists'],
])(
  'a %s that is there already is not believed to be what was asked for, but looked at later',
  async (kind, command, error) => {
    const run = scripted({ [command]: () => refuse(error), DescribeVolumes: () => ({}) });
    const desired = { name: 'n', path: '/', service: 's', statements: [], volume: NO_VOLUME };
    await expect(kindOf(kind).create(run.account, desired, OURS, OWNER)).rejects.toMatchObject({
      name: 'RequeueAfter',
    });
  },
);

describe('among several of ours the same is chosen, in whichever order they are listed', () => {
  const tags = tagList(OURS);
  const vpc = (VpcId: string) => ({ VpcId, Tags: tags });
  const attached = (InternetGatewayId: string, VpcId?: string) => ({
    InternetGatewayId,
    Tags: tags,
    Attachments: VpcId === undefined ? [] : [{ VpcId }],
  });
  const table = (RouteTableId: string, VpcId: string, ...subnetIds: string[]) => ({
    RouteTableId,
    VpcId,
    Tags: tags,
    Associations: subnetIds.map((SubnetId) => ({ SubnetId })),
  });
  const api = (id: string, createdDate: number) => ({
    id,
    name: OWNER.prefix,
    createdDate: new Date(createdDate),
  });

  /** The kind, what is wanted, the list and its field, the rest of AWS's answers, and which is chosen. */
  const CHOICES: [string, KindName, object, string, object[], Script, string][] = [
    [
      'VPC that has our subnets',
      'Vpc',
      { hostIds: [] },
      'Vpcs',
      [vpc('x-1'), vpc('x-2')],
      {
        DescribeSubnets: () => ({ Subnets: [{ SubnetId: 's', VpcId: 'x-2' }] }),
      },
      'x-2',
    ],
    [
      'VPC in which a host stands',
      'Vpc',
      { hostIds: ['i-1'] },
      'Vpcs',
      [vpc('x-1'), vpc('x-2')],
      {
        DescribeSubnets: () => ({ Subnets: [] }),
        DescribeInstances: () => ({ Reservations: [{ Instances: [{ VpcId: 'x-2' }] }] }),
      },
      'x-2',
    ],
    [
      'VPC that is first by id, while nothing uses any',
      'Vpc',
      { hostIds: [] },
      'Vpcs',
      [vpc('x-1'), vpc('x-2')],
      {
        DescribeSubnets: () => ({ Subnets: [] }),
      },
      'x-1',
    ],
    [
      'internet gateway that the VPC has',
      'InternetGateway',
      { vpcId: 'v' },
      'InternetGateways',
      [attached('x-1'), attached('x-2', 'v'), attached('x-3', 'w')],
      {},
      'x-2',
    ],
    [
      'route table that the subnets have',
      'RouteTable',
      { vpcId: 'v', subnetIds: ['s'] },
      'RouteTables',
      [table('x-1', 'v'), table('x-2', 'v', 's'), table('x-0', 'w', 'other')],
      {},
      'x-2',
    ],
    [
      'REST API that senders see',
      'RestApi',
      { name: OWNER.prefix },
      'items',
      [api('x-1', 1), api('x-2', 2)],
      {
        GetStages: ({ restApiId }) => ({ item: restApiId === 'x-2' ? [{}] : [] }),
      },
      'x-2',
    ],
    [
      'oldest REST API, while none has a stage',
      'RestApi',
      { name: OWNER.prefix },
      'items',
      [api('x-2', 1), api('x-1', 2)],
      {
        GetStages: () => ({}),
      },
      'x-2',
    ],
  ];

  test.each(CHOICES)('the %s', async (_, kind, desired, field, all, script, chosen) => {
    const list = field === 'items' ? 'GetRestApis' : `Describe${field}`;
    for (const items of [all, all.toReversed()]) {
      const { account } = scripted({ ...script, [list]: () => ({ [field]: items }) });
      expect((await kindOf(kind).find(account, desired, OWNER))?.id).toBe(chosen);
    }
  });
});
