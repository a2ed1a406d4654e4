import type { AwsCall, Scene } from './access.ts';
import { ACCOUNT, BOUNDARY_ARN, CLUSTER } from './policies.ts';

/** Whose an object is: names and ids say it. */
export const OURS = 'ours';
/** Another cluster's, whose operator runs in the same account. */
export const THEIRS = 'theirs';
/** Nobody's that we know: neither our names nor our tags. */
export const FOREIGN = 'foreign';

const REGION = 'eu-central-1';
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

const TAGS: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [/ours/, { 'nami.dev/cluster': CLUSTER }],
  [/theirs/, { 'nami.dev/cluster': 'another' }],
  [/handedover/, { 'nami.dev/cluster': 'another', 'nami.dev/adoptable-by': `${CLUSTER}/default/orders` }],
];

/** An account in which there is whatever is asked about. */
export const scene: Scene = {
  partition: 'aws',
  region: REGION,
  accountId: ACCOUNT,
  tagsOf: (resource) => TAGS.find(([owner]) => owner.test(resource))?.[1],
  role: (name) => ({ path: pathOf(name), ...(!name.includes('unbound') && { boundaryArn: BOUNDARY_ARN }) }),
  instanceProfile: (name) => ({ path: pathOf(name), roleName: name }),
  functionOfMapping: (id) => arn('lambda', `function:${nameOf(id)}:live`),
  tableOfAssociation: (id) => id.replace('rtbassoc', 'rtb'),
};

const nameOf = (who: string) => (who.includes(FOREIGN) ? FOREIGN : `nami-${who}`);
const pathOf = (name: string) => (name.includes(FOREIGN) ? '/' : `/nami/${name}/`);
const mine = { 'nami.dev/cluster': CLUSTER };
const tagList = Object.entries(mine).map(([Key, Value]) => ({ Key, Value }));

const call = (service: string, command: string, input: AwsCall['input']): AwsCall => ({
  service,
  command,
  input,
});

/** Every call that changes an object, reads a secret from it or uses it, by the object's kind. */
export function callsOn(who: string): Readonly<Record<string, readonly AwsCall[]>> {
  const name = nameOf(who);
  const path = pathOf(who);
  const role = { RoleName: name };
  const profile = { InstanceProfileName: name };
  const lambda = { FunctionName: name };
  const queue = { QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}` };
  const group = { logGroupName: who === FOREIGN ? 'foreign' : `/aws/lambda/${name}` };
  const parameter = `${who === FOREIGN ? '/app/foreign' : path.replace(/\/$/, '')}/store-password`;
  const ofParameter = { ResourceType: 'Parameter', ResourceId: parameter };
  return {
    alarm: [
      call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] }),
      call('cloudwatch', 'PutMetricAlarm', { AlarmName: name }),
      call('cloudwatch', 'TagResource', { ResourceARN: arn('cloudwatch', `alarm:${name}`), Tags: tagList }),
      call('cloudwatch', 'UntagResource', { ResourceARN: arn('cloudwatch', `alarm:${name}`) }),
    ],
    function: [
      call('lambda', 'UpdateFunctionCode', lambda),
      call('lambda', 'UpdateFunctionConfiguration', lambda),
      call('lambda', 'DeleteFunction', lambda),
      call('lambda', 'GetFunction', lambda),
      call('lambda', 'GetFunctionConfiguration', lambda),
      call('lambda', 'Invoke', lambda),
      call('lambda', 'PublishVersion', lambda),
      call('lambda', 'CreateAlias', lambda),
      call('lambda', 'UpdateAlias', lambda),
      call('lambda', 'PutFunctionConcurrency', lambda),
      call('lambda', 'DeleteFunctionConcurrency', lambda),
      call('lambda', 'AddPermission', { ...lambda, Principal: 'apigateway.amazonaws.com' }),
      call('lambda', 'RemovePermission', lambda),
      call('lambda', 'TagResource', { Resource: arn('lambda', `function:${name}`), Tags: mine }),
      call('lambda', 'UntagResource', { Resource: arn('lambda', `function:${name}`) }),
    ],
    'event source mapping': [
      call('lambda', 'UpdateEventSourceMapping', { UUID: who }),
      call('lambda', 'DeleteEventSourceMapping', { UUID: who }),
    ],
    host: [
      call('ec2', 'TerminateInstances', { InstanceIds: [`i-${who}`] }),
      call('ec2', 'GetConsoleOutput', { InstanceId: `i-${who}` }),
      call('ec2', 'StartInstances', { InstanceIds: [`i-${who}`] }),
      call('ec2', 'ModifyInstanceCreditSpecification', {
        InstanceCreditSpecifications: [{ InstanceId: `i-${who}` }],
      }),
      call('ec2', 'CreateTags', { Resources: [`i-${who}`], Tags: tagList }),
      call('ec2', 'DeleteTags', { Resources: [`i-${who}`] }),
    ],
    'instance profile': [
      call('iam', 'AddRoleToInstanceProfile', { ...profile, RoleName: `nami-${OURS}` }),
      call('iam', 'RemoveRoleFromInstanceProfile', profile),
      call('iam', 'DeleteInstanceProfile', profile),
      call('iam', 'TagInstanceProfile', { ...profile, Tags: tagList }),
      call('iam', 'UntagInstanceProfile', profile),
    ],
    'log group': [
      call('logs', 'DeleteLogGroup', group),
      call('logs', 'PutRetentionPolicy', group),
      call('logs', 'TagResource', {
        resourceArn: arn('logs', `log-group:${group.logGroupName}`),
        tags: mine,
      }),
      call('logs', 'UntagResource', { resourceArn: arn('logs', `log-group:${group.logGroupName}`) }),
    ],
    network: [
      call('ec2', 'DeleteVpc', { VpcId: `vpc-${who}` }),
      call('ec2', 'DeleteSubnet', { SubnetId: `subnet-${who}` }),
      call('ec2', 'DeleteRouteTable', { RouteTableId: `rtb-${who}` }),
      call('ec2', 'DisassociateRouteTable', { AssociationId: `rtbassoc-${who}` }),
      call('ec2', 'AssociateRouteTable', { RouteTableId: `rtb-${OURS}`, SubnetId: `subnet-${who}` }),
      call('ec2', 'CreateRoute', { RouteTableId: `rtb-${who}` }),
      call('ec2', 'ReplaceRoute', { RouteTableId: `rtb-${who}` }),
      call('ec2', 'DeleteInternetGateway', { InternetGatewayId: `igw-${who}` }),
      call('ec2', 'AttachInternetGateway', { InternetGatewayId: `igw-${OURS}`, VpcId: `vpc-${who}` }),
      call('ec2', 'DetachInternetGateway', { InternetGatewayId: `igw-${who}`, VpcId: `vpc-${who}` }),
      call('ec2', 'CreateSubnet', made('subnet', { VpcId: `vpc-${who}` })),
      call('ec2', 'CreateRouteTable', made('route-table', { VpcId: `vpc-${who}` })),
    ],
    password: [
      call('ssm', 'GetParameter', { Name: parameter }),
      call('ssm', 'PutParameter', { Name: parameter, Tags: tagList }),
      call('ssm', 'DeleteParameter', { Name: parameter }),
      call('ssm', 'AddTagsToResource', { ...ofParameter, Tags: tagList }),
      call('ssm', 'RemoveTagsFromResource', ofParameter),
    ],
    queue: [
      call('sqs', 'DeleteQueue', queue),
      call('sqs', 'SetQueueAttributes', queue),
      call('sqs', 'StartMessageMoveTask', { SourceArn: arn('sqs', name) }),
      call('sqs', 'TagQueue', { ...queue, Tags: mine }),
      call('sqs', 'UntagQueue', queue),
    ],
    role: [
      call('iam', 'DeleteRole', role),
      call('iam', 'PutRolePolicy', role),
      call('iam', 'DeleteRolePolicy', role),
      call('iam', 'DetachRolePolicy', { ...role, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      call('iam', 'UpdateAssumeRolePolicy', role),
      call('iam', 'PutRolePermissionsBoundary', { ...role, PermissionsBoundary: BOUNDARY_ARN }),
      call('iam', 'TagRole', { ...role, Tags: tagList }),
      call('iam', 'UntagRole', role),
    ],
    'security group': [
      call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: `sg-${who}` }),
      call('ec2', 'AuthorizeSecurityGroupEgress', { GroupId: `sg-${who}` }),
      call('ec2', 'RevokeSecurityGroupIngress', { GroupId: `sg-${who}` }),
      call('ec2', 'RevokeSecurityGroupEgress', { GroupId: `sg-${who}` }),
      call('ec2', 'DeleteSecurityGroup', { GroupId: `sg-${who}` }),
      call('ec2', 'CreateTags', { Resources: [`sg-${who}`], Tags: tagList }),
    ],
    volume: [
      call('ec2', 'DeleteVolume', { VolumeId: `vol-${who}` }),
      call('ec2', 'ModifyVolume', { VolumeId: `vol-${who}` }),
      call('ec2', 'CreateSnapshot', made('snapshot', { VolumeId: `vol-${who}` })),
      call('ec2', 'DeleteSnapshot', { SnapshotId: `snap-${who}` }),
      call('ec2', 'AttachVolume', { VolumeId: `vol-${who}`, InstanceId: `i-${OURS}` }),
      call('ec2', 'CreateTags', { Resources: [`vol-${who}`], Tags: tagList }),
      call('ec2', 'DeleteTags', { Resources: [`vol-${who}`] }),
    ],
  };
}

/** Calls on a REST API, which has neither a name of ours nor an id that tells whose it is. */
export const gatewayCallsOn = (who: string): readonly AwsCall[] => [
  call('apigateway', 'DeleteRestApi', { restApiId: who }),
  call('apigateway', 'UpdateRestApi', { restApiId: who }),
  call('apigateway', 'CreateDeployment', { restApiId: who }),
  call('apigateway', 'DeleteStage', { restApiId: who, stageName: 'live' }),
  call('apigateway', 'UpdateStage', { restApiId: who, stageName: 'live' }),
  call('apigateway', 'DeleteResource', { restApiId: who, resourceId: 'r' }),
  call('apigateway', 'PutIntegration', { restApiId: who, resourceId: 'r', httpMethod: 'ANY' }),
];

/** The input of an EC2 call that makes something, with these tags on it. */
export const made = (type: string, input: object = {}, tags: Readonly<Record<string, string>> = mine) => ({
  ...input,
  TagSpecifications: [
    { ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ],
});

/** Names what is done to whom. */
export const wordsOf = ({ service, command, input }: AwsCall) =>
  `${service}:${command} ${JSON.stringify(input)}`;
