import { resolve } from 'node:path';
import * as gateway from '@aws-sdk/client-api-gateway';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as tagging from '@aws-sdk/client-resource-groups-tagging-api';
import * as route53 from '@aws-sdk/client-route-53';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, MOTO_SERVICES, startEmulators } from '../../local/aws.ts';
import { Processes } from '../../local/processes.ts';
import { preparePython } from '../../local/tools/python.ts';
import { AwsAccount } from '../simulation/aws/aws-account.ts';
import type { ServiceName } from '../simulation/aws/service.ts';
import { BRISK } from '../simulation/aws/times.ts';
import { VirtualTime } from '../simulation/virtual-time.ts';

/**
 * The simulated account against the emulators: the same calls have the same answers and errors. Neither is AWS; where they
 * differ, it stands in a table which of them does as AWS documents.
 */

const REGION = 'eu-central-1';

/** A command of the SDK, and what of its answer is compared. */
type Step = readonly [label: string, command: () => object, shows?: (answer: never) => unknown];

/** What earlier answers of a story have said, such as ids. */
type Notes = Record<string, string>;
type Story = (notes: Notes) => readonly Step[];

const document = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const TRUST = document({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const POLICY = document({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' });
const ZIP = zipSync({ 'index.mjs': Buffer.from('export const handler = () => null;') });
const ROLE = 'arn:aws:iam::123456789012:role/differs';

const note =
  (
    notes: Notes,
    name: string,
    value: (answer: never) => string | undefined,
    shows?: (answer: never) => unknown,
  ) =>
  (answer: never) => {
    notes[name] = value(answer) ?? '';
    return shows?.(answer);
  };

const STORIES: Readonly<Partial<Record<ServiceName, Story>>> = {
  sqs: (notes) => [
    ['a queue that is not there', () => new sqs.GetQueueUrlCommand({ QueueName: 'q' })],
    [
      'made',
      () =>
        new sqs.CreateQueueCommand({
          QueueName: 'q',
          Attributes: { VisibilityTimeout: '60' },
          tags: { a: '1' },
        }),
      note(notes, 'url', ({ QueueUrl }: { QueueUrl?: string }) => QueueUrl),
    ],
    [
      'made again alike',
      () => new sqs.CreateQueueCommand({ QueueName: 'q', Attributes: { VisibilityTimeout: '60' } }),
    ],
    [
      'made again otherwise',
      () => new sqs.CreateQueueCommand({ QueueName: 'q', Attributes: { VisibilityTimeout: '61' } }),
    ],
    [
      'its attributes',
      () => new sqs.GetQueueAttributesCommand({ QueueUrl: notes.url, AttributeNames: ['All'] }),
      ({ Attributes }: { Attributes: Record<string, string> }) => [
        Attributes.VisibilityTimeout,
        Attributes.MessageRetentionPeriod,
        Attributes.QueueArn,
      ],
    ],
    [
      'changed',
      () =>
        new sqs.SetQueueAttributesCommand({
          QueueUrl: notes.url,
          Attributes: { MessageRetentionPeriod: '120' },
        }),
    ],
    ['tagged', () => new sqs.TagQueueCommand({ QueueUrl: notes.url, Tags: { b: '2' } })],
    ['untagged', () => new sqs.UntagQueueCommand({ QueueUrl: notes.url, TagKeys: ['a'] })],
    [
      'its tags',
      () => new sqs.ListQueueTagsCommand({ QueueUrl: notes.url }),
      ({ Tags }: { Tags: object }) => Tags,
    ],
    [
      'listed by its prefix',
      () => new sqs.ListQueuesCommand({ QueueNamePrefix: 'q' }),
      ({ QueueUrls }: { QueueUrls: string[] }) => QueueUrls.length,
    ],
    ['deleted', () => new sqs.DeleteQueueCommand({ QueueUrl: notes.url })],
    [
      'its attributes then',
      () => new sqs.GetQueueAttributesCommand({ QueueUrl: notes.url, AttributeNames: ['All'] }),
    ],
  ],
  iam: () => [
    ['a role that is not there', () => new iam.GetRoleCommand({ RoleName: 'r' })],
    [
      'made',
      () =>
        new iam.CreateRoleCommand({
          RoleName: 'r',
          Path: '/p/',
          AssumeRolePolicyDocument: TRUST,
          Tags: [{ Key: 'a', Value: '1' }],
        }),
      ({ Role }: { Role: { Arn: string; Path: string } }) => [Role.Arn, Role.Path],
    ],
    ['made again', () => new iam.CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: TRUST })],
    ['a policy that is not there', () => new iam.GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'n' })],
    [
      'a policy',
      () => new iam.PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'n', PolicyDocument: POLICY }),
    ],
    [
      'its policies',
      () => new iam.ListRolePoliciesCommand({ RoleName: 'r' }),
      ({ PolicyNames }: { PolicyNames: string[] }) => PolicyNames,
    ],
    [
      'listed by its path',
      () => new iam.ListRolesCommand({ PathPrefix: '/p/' }),
      ({ Roles }: { Roles: { RoleName: string }[] }) => Roles.map(({ RoleName }) => RoleName),
    ],
    ['deleted with a policy', () => new iam.DeleteRoleCommand({ RoleName: 'r' })],
    ['the policy deleted', () => new iam.DeleteRolePolicyCommand({ RoleName: 'r', PolicyName: 'n' })],
    ['the policy deleted again', () => new iam.DeleteRolePolicyCommand({ RoleName: 'r', PolicyName: 'n' })],
    ['a profile', () => new iam.CreateInstanceProfileCommand({ InstanceProfileName: 'i' })],
    ['a profile made again', () => new iam.CreateInstanceProfileCommand({ InstanceProfileName: 'i' })],
    [
      'the role in the profile',
      () => new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName: 'i', RoleName: 'r' }),
    ],
    [
      'the role in it again',
      () => new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName: 'i', RoleName: 'r' }),
    ],
    ['deleted in a profile', () => new iam.DeleteRoleCommand({ RoleName: 'r' })],
    [
      'the profile deleted with a role',
      () => new iam.DeleteInstanceProfileCommand({ InstanceProfileName: 'i' }),
    ],
    [
      'the role out of it',
      () => new iam.RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: 'i', RoleName: 'r' }),
    ],
    ['the profile deleted', () => new iam.DeleteInstanceProfileCommand({ InstanceProfileName: 'i' })],
    ['a profile that is not there', () => new iam.GetInstanceProfileCommand({ InstanceProfileName: 'i' })],
    ['deleted', () => new iam.DeleteRoleCommand({ RoleName: 'r' })],
    ['deleted again', () => new iam.DeleteRoleCommand({ RoleName: 'r' })],
  ],
  ec2: (notes) => {
    const groups = {
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
    };
    return [
      [
        'a network',
        () =>
          new ec2.CreateVpcCommand({
            CidrBlock: '10.9.0.0/16',
            TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'a', Value: '1' }] }],
          }),
        note(notes, 'vpc', ({ Vpc }: { Vpc: { VpcId: string } }) => Vpc.VpcId),
      ],
      [
        'found by its tag',
        () => new ec2.DescribeVpcsCommand({ Filters: [{ Name: 'tag:a', Values: ['1'] }] }),
        ({ Vpcs }: { Vpcs: { CidrBlock: string }[] }) => Vpcs.map(({ CidrBlock }) => CidrBlock),
      ],
      [
        'a subnet',
        () =>
          new ec2.CreateSubnetCommand({
            VpcId: notes.vpc,
            CidrBlock: '10.9.1.0/24',
            AvailabilityZone: `${REGION}a`,
          }),
        note(notes, 'subnet', ({ Subnet }: { Subnet: { SubnetId: string } }) => Subnet.SubnetId),
      ],
      [
        'a subnet in the same range',
        () => new ec2.CreateSubnetCommand({ VpcId: notes.vpc, CidrBlock: '10.9.1.0/24' }),
      ],
      [
        'a group',
        () => new ec2.CreateSecurityGroupCommand({ GroupName: 'g', Description: 'd', VpcId: notes.vpc }),
        note(notes, 'group', ({ GroupId }: { GroupId: string }) => GroupId),
      ],
      [
        'a group of the same name',
        () => new ec2.CreateSecurityGroupCommand({ GroupName: 'g', Description: 'd', VpcId: notes.vpc }),
      ],
      ['a door', () => new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: notes.group, ...groups })],
      [
        'a door again',
        () => new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: notes.group, ...groups }),
      ],
      ['a door closed', () => new ec2.RevokeSecurityGroupIngressCommand({ GroupId: notes.group, ...groups })],
      [
        'a group that is not there',
        () => new ec2.DescribeSecurityGroupsCommand({ GroupIds: ['sg-0123456789abcdef0'] }),
      ],
      [
        'a group by its name',
        () =>
          new ec2.DescribeSecurityGroupsCommand({
            Filters: [
              { Name: 'group-name', Values: ['g'] },
              { Name: 'vpc-id', Values: [notes.vpc ?? ''] },
            ],
          }),
        ({ SecurityGroups }: { SecurityGroups: { GroupName: string; IpPermissions: [] }[] }) =>
          SecurityGroups.map(({ GroupName, IpPermissions }) => [GroupName, IpPermissions.length]),
      ],
      [
        'a gateway',
        () => new ec2.CreateInternetGatewayCommand({}),
        note(
          notes,
          'igw',
          ({ InternetGateway }: { InternetGateway: { InternetGatewayId: string } }) =>
            InternetGateway.InternetGatewayId,
        ),
      ],
      [
        'attached',
        () => new ec2.AttachInternetGatewayCommand({ VpcId: notes.vpc, InternetGatewayId: notes.igw }),
      ],
      [
        'attached again',
        () => new ec2.AttachInternetGatewayCommand({ VpcId: notes.vpc, InternetGatewayId: notes.igw }),
      ],
      [
        'deleted while attached',
        () => new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: notes.igw }),
      ],
      ['the network deleted with what is in it', () => new ec2.DeleteVpcCommand({ VpcId: notes.vpc })],
      [
        'detached',
        () => new ec2.DetachInternetGatewayCommand({ VpcId: notes.vpc, InternetGatewayId: notes.igw }),
      ],
      ['the gateway deleted', () => new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: notes.igw })],
      [
        'the gateway deleted again',
        () => new ec2.DeleteInternetGatewayCommand({ InternetGatewayId: notes.igw }),
      ],
      [
        'a volume',
        () => new ec2.CreateVolumeCommand({ AvailabilityZone: `${REGION}a`, Size: 8, VolumeType: 'gp3' }),
        note(
          notes,
          'volume',
          ({ VolumeId }: { VolumeId: string }) => VolumeId,
          ({ Size, VolumeType }: { Size: number; VolumeType: string }) => [Size, VolumeType],
        ),
      ],
      ['the volume deleted', () => new ec2.DeleteVolumeCommand({ VolumeId: notes.volume })],
      [
        'a volume that is not there',
        () => new ec2.DescribeVolumesCommand({ VolumeIds: ['vol-0123456789abcdef0'] }),
      ],
      [
        'an instance that is not there',
        () => new ec2.DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] }),
      ],
      ['the group deleted', () => new ec2.DeleteSecurityGroupCommand({ GroupId: notes.group })],
      ['the group deleted again', () => new ec2.DeleteSecurityGroupCommand({ GroupId: notes.group })],
      ['the subnet deleted', () => new ec2.DeleteSubnetCommand({ SubnetId: notes.subnet })],
      ['the subnet deleted again', () => new ec2.DeleteSubnetCommand({ SubnetId: notes.subnet })],
      ['the network deleted', () => new ec2.DeleteVpcCommand({ VpcId: notes.vpc })],
      ['the network deleted again', () => new ec2.DeleteVpcCommand({ VpcId: notes.vpc })],
    ];
  },
  ssm: () => [
    ['a parameter that is not there', () => new ssm.GetParameterCommand({ Name: '/d/p' })],
    [
      'made',
      () =>
        new ssm.PutParameterCommand({
          Name: '/d/p',
          Type: 'SecureString',
          Value: 'v',
          Tags: [{ Key: 'a', Value: '1' }],
        }),
    ],
    ['made again', () => new ssm.PutParameterCommand({ Name: '/d/p', Type: 'SecureString', Value: 'w' })],
    [
      'read',
      () => new ssm.GetParameterCommand({ Name: '/d/p', WithDecryption: true }),
      ({ Parameter }: { Parameter: { Value: string; Type: string } }) => [Parameter.Value, Parameter.Type],
    ],
    [
      'by its path',
      () => new ssm.GetParametersByPathCommand({ Path: '/d', Recursive: true }),
      ({ Parameters }: { Parameters: { Name: string }[] }) => Parameters.map(({ Name }) => Name),
    ],
    [
      'its tags',
      () => new ssm.ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: '/d/p' }),
      ({ TagList }: { TagList: object[] }) => TagList,
    ],
    ['deleted', () => new ssm.DeleteParameterCommand({ Name: '/d/p' })],
    ['deleted again', () => new ssm.DeleteParameterCommand({ Name: '/d/p' })],
  ],
  logs: () => [
    ['a group', () => new logs.CreateLogGroupCommand({ logGroupName: '/d/g', tags: { a: '1' } })],
    ['made again', () => new logs.CreateLogGroupCommand({ logGroupName: '/d/g' })],
    ['kept', () => new logs.PutRetentionPolicyCommand({ logGroupName: '/d/g', retentionInDays: 7 })],
    [
      'by its prefix',
      () => new logs.DescribeLogGroupsCommand({ logGroupNamePrefix: '/d/' }),
      ({ logGroups }: { logGroups: { logGroupName: string; retentionInDays: number }[] }) =>
        logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]),
    ],
    ['deleted', () => new logs.DeleteLogGroupCommand({ logGroupName: '/d/g' })],
    ['deleted again', () => new logs.DeleteLogGroupCommand({ logGroupName: '/d/g' })],
    [
      'kept while not there',
      () => new logs.PutRetentionPolicyCommand({ logGroupName: '/d/g', retentionInDays: 7 }),
    ],
  ],
  cloudwatch: (notes) => [
    [
      'an alarm',
      () =>
        new cloudWatch.PutMetricAlarmCommand({
          AlarmName: 'd-a',
          Namespace: 'AWS/SQS',
          MetricName: 'M',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          Tags: [{ Key: 'a', Value: '1' }],
        }),
    ],
    [
      'by its prefix',
      () => new cloudWatch.DescribeAlarmsCommand({ AlarmNamePrefix: 'd-' }),
      note(
        notes,
        'arn',
        ({ MetricAlarms }: { MetricAlarms: { AlarmArn: string }[] }) => MetricAlarms[0]?.AlarmArn,
        ({ MetricAlarms }: { MetricAlarms: { AlarmArn: string; Period: number }[] }) =>
          MetricAlarms.map(({ AlarmArn, Period }) => [AlarmArn, Period]),
      ),
    ],
    [
      'its tags',
      () => new cloudWatch.ListTagsForResourceCommand({ ResourceARN: notes.arn }),
      ({ Tags }: { Tags: object[] }) => Tags,
    ],
    ['deleted', () => new cloudWatch.DeleteAlarmsCommand({ AlarmNames: ['d-a'] })],
    ['deleted again', () => new cloudWatch.DeleteAlarmsCommand({ AlarmNames: ['d-a'] })],
    [
      'the tags of one that is gone',
      () => new cloudWatch.ListTagsForResourceCommand({ ResourceARN: notes.arn }),
    ],
  ],
  lambda: () => {
    const made = {
      FunctionName: 'd',
      Role: ROLE,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: ZIP },
    } as const;
    const permission = {
      FunctionName: 'd',
      Qualifier: 'live',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:${REGION}:123456789012:x/*`,
    };
    return [
      [
        'a function that is not there',
        () => new lambda.GetFunctionConfigurationCommand({ FunctionName: 'd' }),
      ],
      [
        'made',
        () => new lambda.CreateFunctionCommand(made),
        ({ MemorySize, Timeout, FunctionArn }: Record<string, unknown>) => [MemorySize, Timeout, FunctionArn],
      ],
      ['made again', () => new lambda.CreateFunctionCommand(made)],
      [
        'changed',
        () => new lambda.UpdateFunctionConfigurationCommand({ FunctionName: 'd', MemorySize: 256 }),
        ({ MemorySize }: Record<string, unknown>) => MemorySize,
      ],
      [
        'a version',
        () => new lambda.PublishVersionCommand({ FunctionName: 'd' }),
        ({ Version }: Record<string, unknown>) => Version,
      ],
      [
        'the same version again',
        () => new lambda.PublishVersionCommand({ FunctionName: 'd' }),
        ({ Version }: Record<string, unknown>) => Version,
      ],
      ['an alias that is not there', () => new lambda.GetAliasCommand({ FunctionName: 'd', Name: 'live' })],
      [
        'an alias',
        () => new lambda.CreateAliasCommand({ FunctionName: 'd', Name: 'live', FunctionVersion: '1' }),
        ({ AliasArn }: Record<string, unknown>) => AliasArn,
      ],
      [
        'an alias again',
        () => new lambda.CreateAliasCommand({ FunctionName: 'd', Name: 'live', FunctionVersion: '1' }),
      ],
      [
        'the version deleted that the alias calls',
        () => new lambda.DeleteFunctionCommand({ FunctionName: 'd', Qualifier: '1' }),
      ],
      [
        'a policy that is not there',
        () => new lambda.GetPolicyCommand({ FunctionName: 'd', Qualifier: 'live' }),
      ],
      ['a permission', () => new lambda.AddPermissionCommand(permission)],
      ['a permission again', () => new lambda.AddPermissionCommand(permission)],
      [
        'the permission gone',
        () => new lambda.RemovePermissionCommand({ FunctionName: 'd', Qualifier: 'live', StatementId: 's' }),
      ],
      [
        'the permission gone again',
        () => new lambda.RemovePermissionCommand({ FunctionName: 'd', Qualifier: 'live', StatementId: 's' }),
      ],
      [
        'reserved',
        () =>
          new lambda.PutFunctionConcurrencyCommand({ FunctionName: 'd', ReservedConcurrentExecutions: 5 }),
        ({ ReservedConcurrentExecutions }: Record<string, unknown>) => ReservedConcurrentExecutions,
      ],
      [
        'not provisioned',
        () => new lambda.GetProvisionedConcurrencyConfigCommand({ FunctionName: 'd', Qualifier: 'live' }),
      ],
      [
        'a mapping that is not there',
        () => new lambda.GetEventSourceMappingCommand({ UUID: '00000000-0000-4000-8000-000000000000' }),
      ],
      ['deleted', () => new lambda.DeleteFunctionCommand({ FunctionName: 'd' })],
      ['deleted again', () => new lambda.DeleteFunctionCommand({ FunctionName: 'd' })],
    ];
  },
  apigateway: (notes) => {
    const at = () => ({ restApiId: notes.api, resourceId: notes.resource });
    return [
      ['an API that is not there', () => new gateway.GetRestApiCommand({ restApiId: 'nothere' })],
      [
        'made',
        () =>
          new gateway.CreateRestApiCommand({
            name: 'd',
            tags: { a: '1' },
            endpointConfiguration: { types: ['REGIONAL'] },
          }),
        note(
          notes,
          'api',
          ({ id }: { id: string }) => id,
          ({ name, tags }: Record<string, unknown>) => [name, tags],
        ),
      ],
      [
        'its resources',
        () => new gateway.GetResourcesCommand({ restApiId: notes.api }),
        note(
          notes,
          'root',
          ({ items }: { items: { id: string }[] }) => items[0]?.id,
          ({ items }: { items: { path: string }[] }) => items.map(({ path }) => path),
        ),
      ],
      [
        'a resource',
        () =>
          new gateway.CreateResourceCommand({ restApiId: notes.api, parentId: notes.root, pathPart: 'x' }),
        note(
          notes,
          'resource',
          ({ id }: { id: string }) => id,
          ({ path }: Record<string, unknown>) => path,
        ),
      ],
      [
        'a resource again',
        () =>
          new gateway.CreateResourceCommand({ restApiId: notes.api, parentId: notes.root, pathPart: 'x' }),
      ],
      ['deployed without a method', () => new gateway.CreateDeploymentCommand({ restApiId: notes.api })],
      [
        'a method',
        () => new gateway.PutMethodCommand({ ...at(), httpMethod: 'ANY', authorizationType: 'NONE' }),
      ],
      [
        'a method again',
        () => new gateway.PutMethodCommand({ ...at(), httpMethod: 'ANY', authorizationType: 'NONE' }),
      ],
      [
        'deployed without an integration',
        () => new gateway.CreateDeploymentCommand({ restApiId: notes.api }),
      ],
      [
        'an integration',
        () =>
          new gateway.PutIntegrationCommand({
            ...at(),
            httpMethod: 'ANY',
            type: 'AWS_PROXY',
            integrationHttpMethod: 'POST',
            uri: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/arn:aws:lambda:${REGION}:123456789012:function:d:live/invocations`,
          }),
      ],
      [
        'deployed',
        () => new gateway.CreateDeploymentCommand({ restApiId: notes.api }),
        note(notes, 'deployment', ({ id }: { id: string }) => id),
      ],
      [
        'a stage that is not there',
        () => new gateway.GetStageCommand({ restApiId: notes.api, stageName: 'live' }),
      ],
      [
        'a stage',
        () =>
          new gateway.CreateStageCommand({
            restApiId: notes.api,
            stageName: 'live',
            deploymentId: notes.deployment,
          }),
      ],
      [
        'a stage again',
        () =>
          new gateway.CreateStageCommand({
            restApiId: notes.api,
            stageName: 'live',
            deploymentId: notes.deployment,
          }),
      ],
      [
        'the deployment gone that it shows',
        () => new gateway.DeleteDeploymentCommand({ restApiId: notes.api, deploymentId: notes.deployment }),
      ],
      ['the stage gone', () => new gateway.DeleteStageCommand({ restApiId: notes.api, stageName: 'live' })],
      ['the resource gone', () => new gateway.DeleteResourceCommand(at())],
      ['the resource gone again', () => new gateway.DeleteResourceCommand(at())],
      ['gone', () => new gateway.DeleteRestApiCommand({ restApiId: notes.api })],
      ['gone again', () => new gateway.DeleteRestApiCommand({ restApiId: notes.api })],
    ];
  },
};

const RECORD = { Name: 'hooks.example.com', Type: 'CNAME', TTL: 60 } as const;
const record = (target: string) => ({ ...RECORD, ResourceRecords: [{ Value: target }] });
const [BUCKET, KEY, CODE] = ['code', 'main.mjs', 'export const a = 1;'];

/** Stories of what the operator only reads, or of whose making it knows nothing: `ROOMS` says what is there before. */
const READERS: Readonly<Partial<Record<ServiceName, Story>>> = {
  route53: (notes) => {
    const change = (Action: route53.ChangeAction, target: string) => () =>
      new route53.ChangeResourceRecordSetsCommand({
        HostedZoneId: notes.zone,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: record(target) }] },
      });
    const list = () =>
      new route53.ListResourceRecordSetsCommand({ HostedZoneId: notes.zone, StartRecordName: RECORD.Name });
    const shown = ({ ResourceRecordSets = [] }: { ResourceRecordSets?: route53.ResourceRecordSet[] }) =>
      ResourceRecordSets.filter(({ Type }) => Type === 'CNAME').map(({ Name, TTL, ResourceRecords }) => [
        Name,
        TTL,
        ResourceRecords?.map(({ Value }) => Value),
      ]);
    return [
      [
        'a zone that is not there',
        () => new route53.ListResourceRecordSetsCommand({ HostedZoneId: 'Z0000000000000' }),
      ],
      ['no record', list, shown],
      ['made', change('CREATE', 'a.example.net')],
      ['made again', change('CREATE', 'b.example.net')],
      ['made otherwise', change('UPSERT', 'b.example.net')],
      ['shown', list, shown],
      ['gone that never was', change('DELETE', 'a.example.net')],
      ['gone', change('DELETE', 'b.example.net')],
      ['gone again', change('DELETE', 'b.example.net')],
      ['none any more', list, shown],
    ];
  },
  s3: (notes) => [
    [
      'an object',
      () => new s3.GetObjectCommand({ Bucket: BUCKET, Key: KEY }),
      note(
        notes,
        'etag',
        ({ ETag }: { ETag?: string }) => ETag,
        ({ ETag, ContentLength }: { ETag?: string; ContentLength?: number }) => [ETag, ContentLength],
      ),
    ],
    [
      'an object that is known',
      () => new s3.GetObjectCommand({ Bucket: BUCKET, Key: KEY, IfNoneMatch: notes.etag }),
    ],
    ['an object that is not there', () => new s3.GetObjectCommand({ Bucket: BUCKET, Key: 'other.mjs' })],
  ],
  sts: () => [
    [
      'who asks',
      () => new sts.GetCallerIdentityCommand({}),
      ({ Arn = '' }: { Arn?: string }) => Arn.split(':').slice(0, 2),
    ],
  ],
  tag: () => [
    [
      'all that is tagged alike, page by page',
      () =>
        new tagging.GetResourcesCommand({
          TagFilters: [{ Key: 'team', Values: ['shop'] }],
          ResourcesPerPage: 2,
        }),
      ({ ResourceTagMappingList = [] }: { ResourceTagMappingList?: object[] }) =>
        ResourceTagMappingList.length,
    ],
    [
      'by two tags',
      () =>
        new tagging.GetResourcesCommand({
          TagFilters: [
            { Key: 'team', Values: ['shop'] },
            { Key: 'stage', Values: ['test', 'live'] },
          ],
        }),
      ({ ResourceTagMappingList = [] }: { ResourceTagMappingList?: tagging.ResourceTagMapping[] }) =>
        ResourceTagMappingList.map(({ ResourceARN, Tags }) => [ResourceARN, Tags?.length]).sort(),
    ],
    [
      'none',
      () => new tagging.GetResourcesCommand({ TagFilters: [{ Key: 'team', Values: ['none'] }] }),
      ({ ResourceTagMappingList = [], PaginationToken = '' }: tagging.GetResourcesOutput) => [
        ResourceTagMappingList.length,
        PaginationToken,
      ],
    ],
  ],
};

/** What is there before a story begins, in the simulation and in an emulator; notes it for the story. */
interface Room {
  here?(account: AwsAccount, notes: Notes): void;
  there?(ask: Ask, notes: Notes): Promise<void>;
  /** In both. */
  readonly made?: readonly (readonly [ServiceName, object])[];
}

const ROOMS: Readonly<Partial<Record<ServiceName, Room>>> = {
  route53: {
    here: ({ route53: { zones } }, notes) => {
      notes.zone = 'Z1';
      zones.add(notes.zone);
    },
    there: async (ask, notes) => {
      const command = new route53.CreateHostedZoneCommand({
        Name: 'example.com',
        CallerReference: 'differs',
      });
      const { HostedZone } = (await ask('route53', command)) as route53.CreateHostedZoneResponse;
      notes.zone = HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
    },
  },
  s3: {
    here: (account) => account.s3.put(BUCKET, KEY, CODE),
    there: async (ask) => {
      await ask('s3', new s3.CreateBucketCommand({ Bucket: BUCKET }));
      await ask('s3', new s3.PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: CODE }));
    },
  },
  tag: {
    made: ['a', 'b', 'c'].map((name) => [
      'sqs',
      new sqs.CreateQueueCommand({
        QueueName: `tagged-${name}`,
        tags: { team: 'shop', ...(name === 'c' && { stage: 'live' }) },
      }),
    ]),
  },
};

/** What the emulators answer otherwise, and why the simulation does not. */
const KNOWN: Readonly<Record<string, string>> = {
  'tag: all that is tagged alike, page by page':
    'MiniStack answers all at once. (GetResources: ResourcesPerPage, PaginationToken)',
  'cloudwatch: deleted again':
    'MiniStack says nothing. (CloudWatch API Reference, DeleteAlarms: ResourceNotFound)',
  'cloudwatch: the tags of one that is gone':
    'MiniStack has another name for it. (ListTagsForResource: ResourceNotFoundException)',
  'apigateway: deployed without a method':
    'MiniStack deploys it. ("The REST API doesn\'t contain any methods": BadRequestException)',
  'apigateway: a method again': 'MiniStack replaces it. (PutMethod: ConflictException)',
  'apigateway: deployed without an integration':
    'MiniStack deploys it. ("No integration defined for method": BadRequestException)',
  'apigateway: a stage again': 'MiniStack replaces it. (CreateStage: ConflictException)',
  'apigateway: the deployment gone that it shows':
    'MiniStack lets it go. ("Active stages pointing to this deployment must be moved or deleted": BadRequestException)',
};

const neutral = (shown: unknown): string =>
  JSON.stringify(shown ?? null).replaceAll(/\b(vpc|subnet|sg|igw|vol)-[0-9a-f]+\b/g, '$1-#');

type Ask = (service: ServiceName, command: object) => Promise<object>;

/** What each step of a story came to. */
async function tell(
  service: ServiceName,
  story: Story,
  ask: Ask,
  notes: Notes,
): Promise<Record<string, string>> {
  const told: Record<string, string> = {};
  for (const [of, command] of ROOMS[service]?.made ?? []) await ask(of, command);
  for (const [label, command, shows] of story(notes)) {
    try {
      const answer = await ask(service, command());
      told[label] = neutral(shows?.(answer as never));
    } catch (error) {
      told[label] = (error as Error).name;
    }
  }
  return told;
}

/** Virtual milliseconds after which nothing that was asked for is still on its way. */
const SETTLED = 120_000;

function simulated(room: Room, notes: Notes): Ask {
  const time = new VirtualTime({ seed: 1 });
  const account = new AwsAccount({ clock: time, region: REGION, times: BRISK });
  account.iam.roles.set('differs', {
    name: 'differs',
    path: '/',
    id: 'AROA-0',
    arn: ROLE,
    trust: TRUST,
    boundaryArn: undefined,
    tags: {},
    madeAt: 0,
    policies: {},
    attached: [],
  });
  room.here?.(account, notes);
  return async (service, command) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const answer = account.call(service, name, (command as { input: Record<string, unknown> }).input, 1);
    answer.catch(() => {});
    await time.advance(SETTLED);
    return await answer;
  };
}

const CLIENTS = {
  apigateway: gateway.APIGatewayClient,
  cloudwatch: cloudWatch.CloudWatchClient,
  logs: logs.CloudWatchLogsClient,
  route53: route53.Route53Client,
  s3: s3.S3Client,
  ec2: ec2.EC2Client,
  iam: iam.IAMClient,
  lambda: lambda.LambdaClient,
  sqs: sqs.SQSClient,
  ssm: ssm.SSMClient,
  sts: sts.STSClient,
  tag: tagging.ResourceGroupsTaggingAPIClient,
} as unknown as Record<string, new (settings: object) => { send(command: object): Promise<object> }>;

const FOLDER = resolve('.nami/test-differential');
let processes: Processes;
let emulators: Emulators;
beforeAll(async () => {
  processes = await Processes.open(FOLDER, () => {});
  const programs = await preparePython(processes, () => {});
  emulators = await startEmulators(FOLDER, programs, 'http://127.0.0.1:1', REGION, processes);
});
afterAll(() => processes.stop());

function emulated(): Ask {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return async (service, command) => {
    const Client = CLIENTS[service];
    if (Client === undefined) throw new Error(`no client for ${service}`);
    const isMoto = (MOTO_SERVICES as readonly string[]).includes(service);
    const endpoint = isMoto ? emulators.motoUrl : emulators.miniStackUrl;
    return await new Client({
      endpoint,
      region: REGION,
      credentials,
      maxAttempts: 1,
      forcePathStyle: true,
    }).send(command);
  };
}

describe('the simulation answers as the emulators do:', () => {
  const all = Object.entries({ ...STORIES, ...READERS }) as [ServiceName, Story][];
  test.each(all)('%s', async (service, story) => {
    const room = ROOMS[service] ?? {};
    const [hereNotes, thereNotes]: [Notes, Notes] = [{}, {}];
    const here = await tell(service, story, simulated(room, hereNotes), hereNotes);
    const ask = emulated();
    await room.there?.(ask, thereNotes);
    const there = await tell(service, story, ask, thereNotes);
    const differences = Object.keys(here).filter((label) => here[label] !== there[label]);
    const known = Object.keys(KNOWN).filter((each) => each.startsWith(`${service}: `));
    const told = differences.map((label) => `${service}: ${label}`);
    expect(
      told.filter((each) => !known.includes(each)),
      differences.map((label) => `${label}: ${here[label]} | ${there[label]}`).join('\n'),
    ).toEqual([]);
    expect(
      known.filter((each) => !told.includes(each)),
      'no difference any more',
    ).toEqual([]);
  });
});
