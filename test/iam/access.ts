/**
 * From calls of the SDK to what IAM is asked about each: actions, resources and condition keys. (AWS: Service
 * Authorization Reference; where a call asks for more than its own action, the page of the API's operation.)
 */

type Tags = Readonly<Record<string, string>>;
type Context = Readonly<Record<string, string | string[]>>;

/** A call as the SDK makes it: its service by IAM's name, and its command without "Command". */
export interface AwsCall {
  readonly service: string;
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** One question to IAM. */
export interface Access {
  readonly action: string;
  /** ARN, or "*" where an action takes none. */
  readonly resource: string;
  readonly context: Context;
}

/** What IAM knows of the account in which a call is made. */
export interface Scene {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Of what there is; nothing for what is not there. */
  tagsOf(arn: string): Tags | undefined;
  /** Path and boundary of a role. */
  role(name: string): { readonly path: string; readonly boundaryArn?: string | undefined } | undefined;
  /** Path of an instance profile, and the role in it. */
  instanceProfile(
    name: string,
  ): { readonly path: string; readonly roleName?: string | undefined } | undefined;
  /** ARN of the function that an event source mapping calls. */
  functionOfMapping(id: string): string | undefined;
  /** The route table of an association. */
  tableOfAssociation(id: string): string | undefined;
}

/** The inputs of all commands, as far as rights depend on them. */
interface Input {
  readonly [field: string]: unknown;
  readonly AlarmNames?: readonly string[];
  readonly AssociationId?: string;
  readonly FunctionName?: string;
  readonly IamInstanceProfile?: { readonly Arn: string };
  readonly InstanceCreditSpecifications?: readonly { readonly InstanceId: string }[];
  readonly InstanceIds?: readonly string[];
  readonly InstanceProfileName?: string;
  readonly NetworkInterfaces?: readonly { readonly SubnetId: string; readonly Groups: readonly string[] }[];
  readonly Resources?: readonly string[];
  readonly TagSpecifications?: readonly TagSpecification[];
  readonly Tags?: TagList | Tags;
  readonly VpcConfig?: { readonly SubnetIds?: readonly string[] };
  readonly tags?: Tags;
}

type TagList = readonly { readonly Key?: string; readonly Value?: string }[];
interface TagSpecification {
  readonly ResourceType: string;
  readonly Tags: TagList;
}

type Check = readonly [action: string, resource: string, context?: Context];
type Rule = (input: Input, arns: Arns, scene: Scene, command: string) => readonly Check[];

const ANY = '*';
/** Id of what a call is about to make. */
const NEW = 'new';

class Arns {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  of(service: string, resource: string): string {
    const { partition, region, accountId } = this.#scene;
    return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  }

  /** `name` may be an ARN, as Lambda takes both. */
  function(name: unknown, qualifier?: unknown): string {
    const plain = String(name).split(':function:').at(-1);
    return this.of('lambda', `function:${plain}${qualifier === undefined ? '' : `:${qualifier}`}`);
  }

  queue = (url: unknown) => this.of('sqs', String(url).split('/').at(-1) ?? '');

  /** Amazon's own parameters belong to no account. */
  parameter(name: unknown): string {
    const { partition, region } = this.#scene;
    return String(name).startsWith('/aws/')
      ? `arn:${partition}:ssm:${region}::parameter${name}`
      : this.of('ssm', `parameter${name}`);
  }

  logGroup = (name: unknown) => this.of('logs', `log-group:${name}`);
  alarm = (name: unknown) => this.of('cloudwatch', `alarm:${name}`);
  mapping = (id: unknown) => this.of('lambda', `event-source-mapping:${id}`);

  ec2(id: unknown): string {
    const prefix = String(id).replace(/-[^-]*$/, '');
    return this.#ec2(EC2_TYPES[prefix] ?? prefix, id);
  }

  ec2New = (type: string) => this.#ec2(type, NEW);

  /** Snapshots stand under no account. */
  #ec2(type: string, id: unknown): string {
    const { partition, region, accountId } = this.#scene;
    const account = type === 'snapshot' ? '' : accountId;
    return `arn:${partition}:ec2:${region}:${account}:${type}/${id}`;
  }

  image(id: unknown): string {
    const { partition, region } = this.#scene;
    return `arn:${partition}:ec2:${region}::image/${id}`;
  }

  /** IAM knows the path of what is there; what is not there has none. */
  role(name: unknown): string {
    return this.#iam(`role${this.#scene.role(String(name))?.path ?? '/'}${name}`);
  }

  roleAt = (path: unknown, name: unknown) => this.#iam(`role${path}${name}`);

  instanceProfile(name: unknown): string {
    return this.instanceProfileAt(this.#scene.instanceProfile(String(name))?.path ?? '/', name);
  }

  instanceProfileAt = (path: unknown, name: unknown) => this.#iam(`instance-profile${path}${name}`);

  #iam(resource: string): string {
    const { partition, accountId } = this.#scene;
    return `arn:${partition}:iam::${accountId}:${resource}`;
  }

  gateway(path: string): string {
    const { partition, region } = this.#scene;
    return `arn:${partition}:apigateway:${region}::${path}`;
  }

  hostedZone(id: unknown): string {
    return `arn:${this.#scene.partition}:route53:::hostedzone/${id}`;
  }

  object(bucket: unknown, key: unknown): string {
    return `arn:${this.#scene.partition}:s3:::${bucket}/${key}`;
  }
}

/** IAM's types by the prefixes of ids. */
const EC2_TYPES: Readonly<Record<string, string>> = {
  i: 'instance',
  igw: 'internet-gateway',
  rtb: 'route-table',
  snap: 'snapshot',
  sg: 'security-group',
  subnet: 'subnet',
  vol: 'volume',
  vpc: 'vpc',
};

const recordOf = (tags: TagList | Tags | undefined): Tags =>
  Array.isArray(tags)
    ? Object.fromEntries((tags as TagList).map(({ Key = '', Value = '' }) => [Key, Value]))
    : ((tags ?? {}) as Tags);

function requested(tags: TagList | Tags | undefined): Context {
  const entries = Object.entries(recordOf(tags));
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(entries.length > 0 && { 'aws:TagKeys': entries.map(([key]) => key) }),
  };
}

/** A creation, and the right to tag where it tags. */
const made = (
  action: string,
  tagAction: string,
  resource: string,
  tags: TagList | Tags | undefined,
  context: Context = {},
): readonly Check[] => {
  const request = requested(tags);
  const isTagged = Object.keys(request).length > 0;
  return [
    [action, resource, { ...request, ...context }],
    ...(isTagged ? [[tagAction, resource, request] as const] : []),
  ];
};

/** A command that asks for nothing but its own action on `resource`. */
const own =
  (resource: (input: Input, arns: Arns) => string): Rule =>
  (input, arns, _scene, command) => [[command, resource(input, arns)]];

const onFunction: Rule = own(({ FunctionName, Qualifier }, arns) => arns.function(FunctionName, Qualifier));

/** Who puts a function into a VPC must be able to look at it. (Lambda: giving functions access to a VPC.) */
const vpcReads = ({ VpcConfig }: Input): readonly Check[] =>
  (VpcConfig?.SubnetIds ?? []).length === 0
    ? []
    : ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'].map((action) => [
        action,
        ANY,
      ]);

const handedTo = (service: string, roleArn: unknown): readonly Check[] =>
  roleArn === undefined
    ? []
    : [['iam:PassRole', String(roleArn), { 'iam:PassedToService': `${service}.amazonaws.com` }]];

const onMapping: Rule = ({ UUID }, arns, scene, command) => [
  [command, arns.mapping(UUID), { 'lambda:FunctionArn': scene.functionOfMapping(String(UUID)) ?? '' }],
];

const onRole: Rule = ({ RoleName }, arns, scene, command) => [
  [command, arns.role(RoleName), boundaryOf(scene, RoleName)],
];

function boundaryOf(scene: Scene, roleName: unknown): Context {
  const boundaryArn = scene.role(String(roleName))?.boundaryArn;
  return boundaryArn === undefined ? {} : { 'iam:PermissionsBoundary': boundaryArn };
}

const onProfile: Rule = own(({ InstanceProfileName }, arns) => arns.instanceProfile(InstanceProfileName));

/** EC2 asks about what is made, about what it is made in, and about its tags. */
const ec2Made =
  (type: string, inside: (input: Input) => readonly unknown[] = () => []): Rule =>
  (input, arns, _scene, command) => {
    const tags = input.TagSpecifications?.find(({ ResourceType }) => ResourceType === type)?.Tags;
    const resource = arns.ec2New(type);
    const request = requested(tags);
    return [
      [command, resource, request],
      ...inside(input).map((id): Check => [command, arns.ec2(id)]),
      ['ec2:CreateTags', resource, { ...request, 'ec2:CreateAction': command.split(':')[1] ?? '' }],
    ];
  };

const ec2On =
  (ids: (input: Input) => readonly unknown[]): Rule =>
  (input, arns, _scene, command) =>
    ids(input).map((id): Check => [command, arns.ec2(id)]);

const runInstances: Rule = (input, arns, scene, command) => {
  const { ImageId, IamInstanceProfile, NetworkInterfaces = [], TagSpecifications = [] } = input;
  const tagsFor = (type: string) =>
    requested(TagSpecifications.find(({ ResourceType }) => ResourceType === type)?.Tags);
  const profile = scene.instanceProfile(IamInstanceProfile?.Arn.split('/').at(-1) ?? '');
  return [
    ...['instance', 'volume', 'network-interface'].map(
      (type): Check => [command, arns.ec2New(type), tagsFor(type)],
    ),
    [command, arns.image(ImageId)],
    ...NetworkInterfaces.flatMap(({ SubnetId, Groups }) =>
      [SubnetId, ...Groups].map((id): Check => [command, arns.ec2(id)]),
    ),
    ...TagSpecifications.map(
      ({ ResourceType, Tags }): Check => [
        'ec2:CreateTags',
        arns.ec2New(ResourceType),
        { ...requested(Tags), 'ec2:CreateAction': 'RunInstances' },
      ],
    ),
    ...(profile?.roleName === undefined ? [] : handedTo('ec2', arns.role(profile.roleName))),
  ];
};

/** API Gateway's actions are the verbs of HTTP, its resources the paths of its REST API. */
const gateway =
  (verb: string, path: (input: Input) => string): Rule =>
  (input, arns) => [[`apigateway:${verb}`, arns.gateway(path(input)), requested(input.tags)]];

const api = ({ restApiId }: Input) => `/restapis/${restApiId}`;
const inApi = (rest: (input: Input) => string) => (input: Input) => `${api(input)}/${rest(input)}`;
const methodOf = inApi(({ resourceId, httpMethod }) => `resources/${resourceId}/methods/${httpMethod}`);
const deploymentOf = inApi(({ deploymentId }) => `deployments/${deploymentId}`);
const stageOf = inApi(({ stageName }) => `stages/${stageName}`);
const domain = ({ domainName }: Input) => `/domainnames/${domainName}`;
const mappingOf = (input: Input) => `${domain(input)}/basepathmappings/${input.basePath}`;
const tagsPath = ({ resourceArn }: Input) => `/tags/${encodeURIComponent(String(resourceArn))}`;

const queueOf = ({ QueueUrl }: Input, arns: Arns) => arns.queue(QueueUrl);

const RULES: Readonly<Record<string, Rule>> = {
  'apigateway:CreateDeployment': gateway(
    'POST',
    inApi(() => 'deployments'),
  ),
  'apigateway:CreateResource': gateway(
    'POST',
    inApi(({ parentId }) => `resources/${parentId}`),
  ),
  'apigateway:CreateBasePathMapping': gateway('POST', (input) => `${domain(input)}/basepathmappings`),
  'apigateway:CreateDomainName': gateway('POST', () => '/domainnames'),
  'apigateway:CreateRestApi': gateway('POST', () => '/restapis'),
  'apigateway:CreateStage': gateway(
    'POST',
    inApi(() => 'stages'),
  ),
  'apigateway:DeleteBasePathMapping': gateway('DELETE', mappingOf),
  'apigateway:DeleteDomainName': gateway('DELETE', domain),
  'apigateway:DeleteDeployment': gateway('DELETE', deploymentOf),
  'apigateway:DeleteMethod': gateway('DELETE', methodOf),
  'apigateway:DeleteResource': gateway(
    'DELETE',
    inApi(({ resourceId }) => `resources/${resourceId}`),
  ),
  'apigateway:DeleteRestApi': gateway('DELETE', api),
  'apigateway:DeleteStage': gateway('DELETE', stageOf),
  'apigateway:GetBasePathMappings': gateway('GET', (input) => `${domain(input)}/basepathmappings`),
  'apigateway:GetDomainName': gateway('GET', domain),
  'apigateway:GetDomainNames': gateway('GET', () => '/domainnames'),
  'apigateway:GetDeployment': gateway('GET', deploymentOf),
  'apigateway:GetDeployments': gateway(
    'GET',
    inApi(() => 'deployments'),
  ),
  'apigateway:GetGatewayResponses': gateway(
    'GET',
    inApi(() => 'gatewayresponses'),
  ),
  'apigateway:GetResources': gateway(
    'GET',
    inApi(() => 'resources'),
  ),
  'apigateway:GetRestApis': gateway('GET', () => '/restapis'),
  'apigateway:GetRestApi': gateway('GET', api),
  'apigateway:GetStage': gateway('GET', stageOf),
  'apigateway:GetStages': gateway(
    'GET',
    inApi(() => 'stages'),
  ),
  'apigateway:UpdateBasePathMapping': gateway('PATCH', mappingOf),
  'apigateway:UpdateDomainName': gateway('PATCH', domain),
  'apigateway:PutGatewayResponse': gateway(
    'PUT',
    inApi(({ responseType }) => `gatewayresponses/${responseType}`),
  ),
  'apigateway:PutIntegration': gateway('PUT', (input) => `${methodOf(input)}/integration`),
  'apigateway:PutMethod': gateway('PUT', methodOf),
  'apigateway:TagResource': gateway('PUT', tagsPath),
  'apigateway:UntagResource': gateway('DELETE', tagsPath),
  'apigateway:UpdateMethod': gateway('PATCH', methodOf),
  'apigateway:UpdateRestApi': gateway('PATCH', api),
  'apigateway:UpdateStage': gateway('PATCH', stageOf),

  'cloudwatch:DeleteAlarms': ({ AlarmNames = [] }, arns, _, command) =>
    AlarmNames.map((name): Check => [command, arns.alarm(name)]),
  'cloudwatch:DescribeAlarms': own(({ AlarmNamePrefix }, arns) => arns.alarm(`${AlarmNamePrefix}any`)),
  'cloudwatch:ListTagsForResource': own(({ ResourceARN }) => String(ResourceARN)),
  'cloudwatch:PutMetricAlarm': ({ AlarmName, Tags }, arns, _, command) =>
    made(command, 'cloudwatch:TagResource', arns.alarm(AlarmName), Tags),
  'cloudwatch:TagResource': ({ ResourceARN, Tags }, _, __, command) => [
    [command, String(ResourceARN), requested(Tags)],
  ],
  'cloudwatch:UntagResource': own(({ ResourceARN }) => String(ResourceARN)),

  'ec2:AssociateRouteTable': ec2On(({ RouteTableId, SubnetId }) => [RouteTableId, SubnetId]),
  'ec2:AttachInternetGateway': ec2On(({ InternetGatewayId, VpcId }) => [InternetGatewayId, VpcId]),
  'ec2:AttachVolume': ec2On(({ InstanceId, VolumeId }) => [InstanceId, VolumeId]),
  'ec2:AuthorizeSecurityGroupEgress': ec2On(({ GroupId }) => [GroupId]),
  'ec2:AuthorizeSecurityGroupIngress': ec2On(({ GroupId }) => [GroupId]),
  'ec2:CreateInternetGateway': ec2Made('internet-gateway'),
  'ec2:CreateRoute': ec2On(({ RouteTableId }) => [RouteTableId]),
  'ec2:CreateRouteTable': ec2Made('route-table', ({ VpcId }) => [VpcId]),
  'ec2:CreateSecurityGroup': ec2Made('security-group', ({ VpcId }) => [VpcId]),
  'ec2:CreateSnapshot': ec2Made('snapshot', ({ VolumeId }) => [VolumeId]),
  'ec2:CreateSubnet': ec2Made('subnet', ({ VpcId }) => [VpcId]),
  'ec2:CreateTags': ({ Resources = [], Tags }, arns, _, command) =>
    Resources.map((id): Check => [command, arns.ec2(id), requested(Tags)]),
  'ec2:CreateVolume': ec2Made('volume', ({ SnapshotId }) => (SnapshotId === undefined ? [] : [SnapshotId])),
  'ec2:CreateVpc': ec2Made('vpc'),
  'ec2:DeleteInternetGateway': ec2On(({ InternetGatewayId }) => [InternetGatewayId]),
  'ec2:DeleteRouteTable': ec2On(({ RouteTableId }) => [RouteTableId]),
  'ec2:DeleteSecurityGroup': ec2On(({ GroupId }) => [GroupId]),
  'ec2:DeleteSnapshot': ec2On(({ SnapshotId }) => [SnapshotId]),
  'ec2:DeleteSubnet': ec2On(({ SubnetId }) => [SubnetId]),
  'ec2:DeleteTags': ec2On(({ Resources = [] }) => Resources),
  'ec2:DeleteVolume': ec2On(({ VolumeId }) => [VolumeId]),
  'ec2:DeleteVpc': ec2On(({ VpcId }) => [VpcId]),
  'ec2:DetachInternetGateway': ec2On(({ InternetGatewayId, VpcId }) => [InternetGatewayId, VpcId]),
  // The request names the tie alone.
  'ec2:DisassociateRouteTable': ({ AssociationId }, arns, scene, command) => [
    [command, arns.ec2(scene.tableOfAssociation(String(AssociationId)) ?? 'rtb-gone')],
  ],
  'ec2:ModifyInstanceCreditSpecification': ec2On(({ InstanceCreditSpecifications = [] }) =>
    InstanceCreditSpecifications.map(({ InstanceId }) => InstanceId),
  ),
  'ec2:ModifyVolume': ec2On(({ VolumeId }) => [VolumeId]),
  'ec2:ReplaceRoute': ec2On(({ RouteTableId }) => [RouteTableId]),
  'ec2:RevokeSecurityGroupEgress': ec2On(({ GroupId }) => [GroupId]),
  'ec2:RevokeSecurityGroupIngress': ec2On(({ GroupId }) => [GroupId]),
  'ec2:RunInstances': runInstances,
  'ec2:GetConsoleOutput': ec2On(({ InstanceId }) => [InstanceId]),
  'ec2:StartInstances': ec2On(({ InstanceIds = [] }) => InstanceIds),
  'ec2:TerminateInstances': ec2On(({ InstanceIds = [] }) => InstanceIds),

  'iam:AddRoleToInstanceProfile': ({ InstanceProfileName, RoleName }, arns, _, command) => [
    [command, arns.instanceProfile(InstanceProfileName)],
    ...handedTo('ec2', arns.role(RoleName)),
  ],
  'iam:CreateInstanceProfile': ({ InstanceProfileName, Path, Tags }, arns, _, command) =>
    made(command, 'iam:TagInstanceProfile', arns.instanceProfileAt(Path, InstanceProfileName), Tags),
  'iam:CreateRole': ({ RoleName, Path, Tags, PermissionsBoundary }, arns, _, command) =>
    made(command, 'iam:TagRole', arns.roleAt(Path, RoleName), Tags, {
      ...(PermissionsBoundary !== undefined && { 'iam:PermissionsBoundary': String(PermissionsBoundary) }),
    }),
  'iam:DeleteInstanceProfile': onProfile,
  'iam:DeleteRole': onRole,
  'iam:DeleteRolePermissionsBoundary': onRole,
  'iam:DeleteRolePolicy': onRole,
  'iam:DetachRolePolicy': ({ RoleName, PolicyArn }, arns, scene, command) => [
    [command, arns.role(RoleName), { ...boundaryOf(scene, RoleName), 'iam:PolicyARN': String(PolicyArn) }],
  ],
  'iam:GetInstanceProfile': onProfile,
  'iam:GetRole': onRole,
  'iam:GetRolePolicy': onRole,
  'iam:ListAttachedRolePolicies': onRole,
  'iam:ListRolePolicies': onRole,
  'iam:PutRolePermissionsBoundary': ({ RoleName, PermissionsBoundary }, arns, _, command) => [
    [command, arns.role(RoleName), { 'iam:PermissionsBoundary': String(PermissionsBoundary) }],
  ],
  'iam:PutRolePolicy': onRole,
  'iam:RemoveRoleFromInstanceProfile': onProfile,
  'iam:TagInstanceProfile': ({ InstanceProfileName, Tags }, arns, _, command) => [
    [command, arns.instanceProfile(InstanceProfileName), requested(Tags)],
  ],
  'iam:TagRole': ({ RoleName, Tags }, arns, _, command) => [[command, arns.role(RoleName), requested(Tags)]],
  'iam:UntagInstanceProfile': onProfile,
  'iam:UntagRole': onRole,
  'iam:UpdateAssumeRolePolicy': onRole,

  'lambda:AddPermission': ({ FunctionName, Qualifier, Principal }, arns, _, command) => [
    [command, arns.function(FunctionName, Qualifier), { 'lambda:Principal': String(Principal) }],
  ],
  'lambda:CreateEventSourceMapping': ({ FunctionName, Tags }, arns, _, command) => {
    const request = requested(Tags);
    return [
      [command, ANY, { 'lambda:FunctionArn': String(FunctionName), ...request }],
      ...(Object.keys(request).length > 0
        ? [['lambda:TagResource', arns.mapping(NEW), request] as const]
        : []),
    ];
  },
  'lambda:CreateFunction': (input, arns, _, command) => [
    ...made(command, 'lambda:TagResource', arns.function(input.FunctionName), input.Tags),
    ...handedTo('lambda', input.Role),
    ...vpcReads(input),
  ],
  'lambda:DeleteEventSourceMapping': onMapping,
  'lambda:GetEventSourceMapping': onMapping,
  // The tags in its answer are a right of their own. (Lambda: GetFunction.)
  'lambda:GetFunction': ({ FunctionName }, arns, _, command) => [
    [command, arns.function(FunctionName)],
    ['lambda:ListTags', arns.function(FunctionName)],
  ],
  'lambda:Invoke': ({ FunctionName, Qualifier }, arns) => [
    ['lambda:InvokeFunction', arns.function(FunctionName, Qualifier)],
  ],
  'lambda:TagResource': ({ Resource, Tags }, _, __, command) => [
    [command, String(Resource), requested(Tags)],
  ],
  'lambda:UntagResource': own(({ Resource }) => String(Resource)),
  'lambda:UpdateEventSourceMapping': onMapping,
  'lambda:UpdateFunctionConfiguration': (input, arns, _, command) => [
    [command, arns.function(input.FunctionName)],
    ...handedTo('lambda', input.Role),
    ...vpcReads(input),
  ],

  'logs:CreateLogGroup': ({ logGroupName, tags }, arns, _, command) =>
    made(command, 'logs:TagResource', arns.logGroup(logGroupName), tags),
  'logs:DeleteLogGroup': own(({ logGroupName }, arns) => arns.logGroup(logGroupName)),
  'logs:ListTagsForResource': own(({ resourceArn }) => String(resourceArn)),
  'logs:PutRetentionPolicy': own(({ logGroupName }, arns) => arns.logGroup(logGroupName)),
  'logs:TagResource': ({ resourceArn, tags }, _, __, command) => [
    [command, String(resourceArn), requested(tags)],
  ],
  'logs:UntagResource': own(({ resourceArn }) => String(resourceArn)),

  'route53:ChangeResourceRecordSets': own(({ HostedZoneId }, arns) => arns.hostedZone(HostedZoneId)),
  'route53:ListResourceRecordSets': own(({ HostedZoneId }, arns) => arns.hostedZone(HostedZoneId)),
  's3:GetObject': ({ Bucket, Key, VersionId }, arns) => [
    [VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', arns.object(Bucket, Key)],
  ],

  'sqs:CreateQueue': ({ QueueName, tags }, arns, _, command) =>
    made(command, 'sqs:TagQueue', arns.queue(QueueName), tags),
  'sqs:GetQueueUrl': own(({ QueueName }, arns) => arns.queue(QueueName)),
  // SQS moves messages in the name of who asks for it. (SQS: StartMessageMoveTask.)
  'sqs:StartMessageMoveTask': ({ SourceArn }, _, __, command) => {
    const source = String(SourceArn);
    return [
      ...[command, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map(
        (action): Check => [action, source],
      ),
      ['sqs:SendMessage', source.replace(/-dlq$/, '-queue')],
    ];
  },
  'sqs:TagQueue': (input, arns, _, command) => [[command, queueOf(input, arns), requested(input.Tags)]],

  'ssm:AddTagsToResource': ({ ResourceId, Tags }, arns, _, command) => [
    [command, arns.parameter(ResourceId), requested(Tags)],
  ],
  'ssm:GetParametersByPath': own(({ Path }, arns) => arns.parameter(Path)),
  'ssm:ListTagsForResource': own(({ ResourceId }, arns) => arns.parameter(ResourceId)),
  'ssm:PutParameter': ({ Name, Tags }, arns, _, command) =>
    made(command, 'ssm:AddTagsToResource', arns.parameter(Name), Tags),
  'ssm:RemoveTagsFromResource': own(({ ResourceId }, arns) => arns.parameter(ResourceId)),

  // Anyone may ask who he is.
  'sts:GetCallerIdentity': () => [],
};

/** Lists that take no resource. */
const LISTS = new Set([
  'iam:GetAccountAuthorizationDetails',
  'iam:ListInstanceProfiles',
  'iam:ListRoles',
  'lambda:ListEventSourceMappings',
  'lambda:ListFunctions',
  'logs:DescribeLogGroups',
  'sqs:ListQueues',
  'tag:GetResources',
]);

/** Of a service whose commands mostly ask for their own action on one object. */
const DEFAULTS: Readonly<Record<string, Rule>> = {
  lambda: onFunction,
  sqs: own(queueOf),
  ssm: own(({ Name }, arns) => arns.parameter(Name)),
};

function ruleFor(action: string): Rule {
  const [service = '', command = ''] = action.split(':');
  const rule = RULES[action] ?? (isUnbound(service, command) ? own(() => ANY) : DEFAULTS[service]);
  if (!rule) throw new Error(`what rights ${action} needs is not known: add it to the table`);
  return rule;
}

const isUnbound = (service: string, command: string) =>
  LISTS.has(`${service}:${command}`) || (service === 'ec2' && command.startsWith('Describe'));

/** Everything that IAM is asked for one call. */
export function accessesOf({ service, command, input }: AwsCall, scene: Scene): Access[] {
  const action = `${service}:${command}`;
  const checks = ruleFor(action)(input as Input, new Arns(scene), scene, action);
  return checks.map(([asked, resource, context = {}]) => ({
    action: asked,
    resource,
    // "You cannot use the tag on an IAM role to control access to who can pass that role." (IAM: passing a role.)
    context: { ...(asked !== 'iam:PassRole' && tagContext(scene.tagsOf(resource) ?? {})), ...context },
  }));
}

const tagContext = (tags: Tags): Context =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`ec2:ResourceTag/${key}`, value],
    ]),
  );
