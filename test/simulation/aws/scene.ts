import type { Scene } from '../../iam/access.ts';
import type { AwsAccount } from './aws-account.ts';
import type { Tags } from './tags.ts';

/** What IAM knows of a simulated account. */
export function sceneOf(aws: AwsAccount): Scene {
  const { partition, region, accountId } = aws.around;
  return {
    partition,
    region,
    accountId,
    tagsOf: (arn) => tagged(aws, arn)?.tags,
    role: (name) => aws.iam.roles.get(name),
    instanceProfile: (name) => aws.iam.instanceProfiles.get(name),
    functionOfMapping: (id) => aws.lambda.mappings.get(id)?.functionArn,
    tableOfAssociation: (id) =>
      aws.ec2.network.routeTables.find(({ associations }) => id in associations)?.id,
  };
}

function tagged(aws: AwsAccount, arn: string): { readonly tags: Tags } | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  const last = resource.split('/').at(-1) ?? '';
  switch (service) {
    case 'apigateway':
      return gatewayObject(aws, resource);
    case 'cloudwatch':
      return aws.cloudWatch.alarms.get(rest[1]);
    case 'ec2':
      return aws.ec2.tables.find((table) => table.has(last))?.get(last);
    case 'iam':
      return resource.startsWith('role/') ? aws.iam.roles.get(last) : aws.iam.instanceProfiles.get(last);
    case 'lambda':
      return rest[0] === 'function' ? aws.lambda.functions.get(rest[1]) : aws.lambda.mappings.get(rest[1]);
    case 'logs':
      return aws.logs.groups.get(rest[1]);
    case 'sqs':
      return aws.sqs.queues.get(resource);
    case 'ssm':
      return aws.ssm.parameters.get(resource.replace(/^parameter/, ''));
    default:
      return undefined;
  }
}

/** What is in an API counts as tagged like the API. (API Gateway: tag inheritance.) */
function gatewayObject({ apiGateway }: AwsAccount, path: string): { readonly tags: Tags } | undefined {
  const [, restApiId = '', stage] = /^\/restapis\/([^/]+)(?:\/stages\/([^/]+))?/.exec(path) ?? [];
  return apiGateway.stages.get(`${restApiId}/${stage}`) ?? apiGateway.restApis.get(restApiId);
}
