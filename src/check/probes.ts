import { GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import {
  DescribeAlarmsCommand,
  ListTagsForResourceCommand as ListTagsOfAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand as ListTagsOfLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateInternetGatewayCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  GetAccountAuthorizationDetailsCommand,
  ListInstanceProfilesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { GetQueueUrlCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ssm';
import type { Account } from '../aws/account/account.ts';
import { NAME } from './rights.ts';

/** Where a probe asks. */
export interface ProbedPlace {
  readonly account: Account;
  readonly iamPath: string;
}

/** Asks AWS for something harmless that takes a right: AWS refuses it before it looks whether there is such a thing. */
type Probe = (place: ProbedPlace) => Promise<unknown>;

/** No such function is made: the operator's names end in a hash. */
const FunctionName = NAME;
/** Nothing happens: EC2 says whether it would. (Amazon EC2: DryRun.) */
const DryRun = true;

const tagged = (ResourceType: 'internet-gateway' | 'volume' | 'vpc') => [
  { ResourceType, Tags: [{ Key: 'nami.dev/cluster', Value: NAME }] },
];
const parameter = (path: string) => `${path}${NAME}`;

/** By the right that each takes. What changes something and knows no dry run has none. */
export const PROBES: Readonly<Record<string, Probe>> = {
  'apigateway:GET': ({ account }) => account.apiGateway.send(new GetRestApisCommand({ limit: 1 })),
  'cloudwatch:DescribeAlarms': ({ account }) =>
    account.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 1 })),
  'cloudwatch:ListTagsForResource': ({ account }) =>
    account.cloudWatch.send(
      new ListTagsOfAlarmCommand({ ResourceARN: arnOf(account, 'cloudwatch', `alarm:${NAME}`) }),
    ),
  'ec2:CreateInternetGateway': ({ account }) =>
    account.ec2.send(
      new CreateInternetGatewayCommand({ DryRun, TagSpecifications: tagged('internet-gateway') }),
    ),
  'ec2:CreateVolume': ({ account }) =>
    account.ec2.send(
      new CreateVolumeCommand({
        DryRun,
        AvailabilityZone: `${account.region}a`,
        Size: 1,
        TagSpecifications: tagged('volume'),
      }),
    ),
  'ec2:CreateVpc': ({ account }) =>
    account.ec2.send(
      new CreateVpcCommand({ DryRun, CidrBlock: '10.77.0.0/16', TagSpecifications: tagged('vpc') }),
    ),
  'ec2:DescribeAvailabilityZones': ({ account }) =>
    account.ec2.send(new DescribeAvailabilityZonesCommand({ DryRun })),
  'ec2:DescribeImages': ({ account }) =>
    account.ec2.send(new DescribeImagesCommand({ DryRun, Owners: ['self'] })),
  'ec2:DescribeInstances': ({ account }) => account.ec2.send(new DescribeInstancesCommand({ DryRun })),
  'ec2:DescribeInstanceStatus': ({ account }) =>
    account.ec2.send(new DescribeInstanceStatusCommand({ DryRun })),
  'ec2:DescribeInstanceTypeOfferings': ({ account }) =>
    account.ec2.send(new DescribeInstanceTypeOfferingsCommand({ DryRun })),
  'ec2:DescribeInstanceTypes': ({ account }) =>
    account.ec2.send(new DescribeInstanceTypesCommand({ DryRun })),
  'ec2:DescribeInternetGateways': ({ account }) =>
    account.ec2.send(new DescribeInternetGatewaysCommand({ DryRun })),
  'ec2:DescribeRegions': ({ account }) => account.ec2.send(new DescribeRegionsCommand({ DryRun })),
  'ec2:DescribeRouteTables': ({ account }) => account.ec2.send(new DescribeRouteTablesCommand({ DryRun })),
  'ec2:DescribeSecurityGroups': ({ account }) =>
    account.ec2.send(new DescribeSecurityGroupsCommand({ DryRun })),
  'ec2:DescribeSnapshots': ({ account }) =>
    account.ec2.send(new DescribeSnapshotsCommand({ DryRun, OwnerIds: ['self'] })),
  'ec2:DescribeSubnets': ({ account }) => account.ec2.send(new DescribeSubnetsCommand({ DryRun })),
  'ec2:DescribeVolumes': ({ account }) => account.ec2.send(new DescribeVolumesCommand({ DryRun })),
  'ec2:DescribeVolumesModifications': ({ account }) =>
    account.ec2.send(new DescribeVolumesModificationsCommand({ DryRun })),
  'ec2:DescribeVpcs': ({ account }) => account.ec2.send(new DescribeVpcsCommand({ DryRun })),
  'iam:GetAccountAuthorizationDetails': ({ account }) =>
    account.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'], MaxItems: 1 })),
  'iam:ListInstanceProfiles': ({ account }) =>
    account.iam.send(new ListInstanceProfilesCommand({ MaxItems: 1 })),
  'iam:ListRoles': ({ account }) => account.iam.send(new ListRolesCommand({ MaxItems: 1 })),
  'lambda:GetAlias': ({ account }) =>
    account.lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' })),
  'lambda:GetFunction': ({ account }) => account.lambda.send(new GetFunctionCommand({ FunctionName })),
  'lambda:GetFunctionConcurrency': ({ account }) =>
    account.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
  'lambda:GetFunctionConfiguration': ({ account }) =>
    account.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
  'lambda:GetPolicy': ({ account }) => account.lambda.send(new GetPolicyCommand({ FunctionName })),
  'lambda:GetProvisionedConcurrencyConfig': ({ account }) =>
    account.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: 'live' })),
  'lambda:InvokeFunction': ({ account }) =>
    account.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' })),
  'lambda:ListEventSourceMappings': ({ account }) =>
    account.lambda.send(new ListEventSourceMappingsCommand({ MaxItems: 1 })),
  'lambda:ListFunctions': ({ account }) => account.lambda.send(new ListFunctionsCommand({ MaxItems: 1 })),
  'lambda:ListProvisionedConcurrencyConfigs': ({ account }) =>
    account.lambda.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName })),
  'lambda:ListVersionsByFunction': ({ account }) =>
    account.lambda.send(new ListVersionsByFunctionCommand({ FunctionName })),
  'logs:DescribeLogGroups': ({ account }) => account.logs.send(new DescribeLogGroupsCommand({ limit: 1 })),
  'logs:ListTagsForResource': ({ account }) =>
    account.logs.send(
      new ListTagsOfLogGroupCommand({ resourceArn: arnOf(account, 'logs', `log-group:/aws/lambda/${NAME}`) }),
    ),
  'sqs:GetQueueUrl': ({ account }) => account.sqs.send(new GetQueueUrlCommand({ QueueName: NAME })),
  'sqs:ListQueues': ({ account }) => account.sqs.send(new ListQueuesCommand({ MaxResults: 1 })),
  'ssm:GetParameter': ({ account, iamPath }) =>
    account.ssm.send(new GetParameterCommand({ Name: parameter(iamPath) })),
  'ssm:GetParameterHistory': ({ account, iamPath }) =>
    account.ssm.send(new GetParameterHistoryCommand({ Name: parameter(iamPath) })),
  'ssm:GetParametersByPath': ({ account, iamPath }) =>
    account.ssm.send(new GetParametersByPathCommand({ Path: iamPath.replace(/\/$/, ''), MaxResults: 1 })),
  'ssm:ListTagsForResource': ({ account, iamPath }) =>
    account.ssm.send(
      new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: parameter(iamPath) }),
    ),
  'tag:GetResources': ({ account }) => account.tagging.send(new GetResourcesCommand({ ResourcesPerPage: 1 })),
};

const arnOf = ({ partition, region, accountId }: Account, service: string, resource: string) =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
