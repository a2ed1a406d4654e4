import type { AwsAccount } from './aws-account.ts';

/** Fields that differ from one run to the next, whatever is in the account. */
const INCIDENTAL =
  /^(id|at|before|\w*At|version|nextVersion|versions|roleId|value|deploymentId|associations|privateIp|NAMI_REVISION|NAMI_STORE_AUTHORITY)$/;

/** Lists in which AWS keeps no order: the rules of a security group. (EC2 API: SecurityGroup.) */
const UNORDERED = /^(ingress|egress)$/;

/** Without ids and addresses that AWS gives, the random password, and whether a value was asked for or is the default. */
const neutral = (text: string): string =>
  text
    // A user that came after the first is named by chance, and may do the same.
    .replaceAll(/\bnami-[0-9a-f]{8}-[0-9a-f]{16}\b/g, 'nami')
    .replaceAll(/\b([a-zA-Z]+)-[0-9a-f]{8}\b/g, '$1-#')
    .replaceAll(/(mongodb:\/\/nami:)[^@]+@[\d.]+/g, '$1#@#')
    // In a host's note of its launch these are sums over ids.
    .replaceAll(/\b(operator|subnetId|volumeId):[0-9a-f]{8}\b/g, '$1:#')
    .replaceAll(/(:[0-9a-f]{8}):default\b/g, '$1');

const drawn = (row: object): string =>
  neutral(
    JSON.stringify(row, (key, value) => {
      if (INCIDENTAL.test(key)) return undefined;
      if (Array.isArray(value) && UNORDERED.test(key))
        return value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      // Object keys in one order; what is undefined is as good as absent.
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
  );

export type Portrait = Readonly<Record<string, readonly string[]>>;

/**
 * What is in an account and how it is set, by kind: the same for two accounts that differ in nothing but ids, times and
 * random secrets.
 */
export function portrait(aws: AwsAccount): Portrait {
  const { ec2, iam, lambda, sqs, ssm, cloudWatch, logs, apiGateway, route53, stores } = aws;
  const tables = {
    Alarm: cloudWatch.alarms.values(),
    // With what the alias leads to.
    Alias: lambda.aliases.values().map((alias) => {
      const { environment, ...invoked } = lambda.versionOf(alias.functionName, alias.version) ?? {};
      return { ...alias, invoked: { ...invoked, environment } };
    }),
    BasePathMapping: apiGateway.domains.mappings.values(),
    // Without the events, of which each run has its own.
    Database: [...stores.databases.values()]
      .filter(({ volumeId }) => ec2.volumes.get(volumeId) !== undefined)
      .map(({ events: _, users, ...database }) => ({ ...database, users: [...users.keys()] })),
    DnsRecord: route53.records.values(),
    DomainName: apiGateway.domains.domainNames.values(),
    // Without its tags: they are those of its first moment.
    EventSourceMapping: lambda.mappings
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ tags: _, ...mapping }) => mapping),
    Function: lambda.functions.values(),
    GatewayResponse: apiGateway.gatewayResponses.values(),
    Instance: ec2.instances.filter(({ endedAt }) => endedAt === undefined),
    InstanceProfile: iam.instanceProfiles.values(),
    InternetGateway: ec2.network.internetGateways.values(),
    LogGroup: logs.groups.values(),
    Parameter: ssm.parameters.values(),
    Permission: lambda.permissions.values(),
    ProvisionedConcurrency: lambda.provisioned.values(),
    Queue: sqs.queues.values(),
    Resource: apiGateway.resources.values(),
    RestApi: apiGateway.restApis.values(),
    Role: iam.roles.values(),
    RouteTable: ec2.network.routeTables.values(),
    SecurityGroup: ec2.securityGroups.filter(({ name }) => name !== 'default'),
    Snapshot: ec2.snapshots.values(),
    Stage: apiGateway.stages.values().map((stage) => ({
      ...stage,
      serves: apiGateway.deployments.get(`${stage.restApiId}/${stage.deploymentId}`)?.routes,
    })),
    Subnet: ec2.subnets.values(),
    // Without when it was changed, and from what.
    Volume: ec2.volumes.values().map(({ change: _, ...volume }) => volume),
    Vpc: ec2.vpcs.values(),
  };
  return Object.fromEntries(
    Object.entries(tables).map(([kind, rows]) => [kind, (rows as object[]).map(drawn).sort()]),
  );
}
