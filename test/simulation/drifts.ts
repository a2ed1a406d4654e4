import { first } from './pipelines.ts';
import type { World } from './world.ts';

/** What somebody changes or deletes in AWS, kind by kind and property by property. */
export interface Drift {
  /** Kind and name of the object, as an Event names it; the name may be a part of it. */
  readonly object: readonly [kind: string, name: string];
  /** What an Event says of it, or the beginning of that. */
  readonly told: string;
  readonly meddle: (world: World) => void;
}

const GONE = 'was gone and is made again';

const drift = (
  object: Drift['object'],
  told: string,
  meddle: (aws: World['aws'], world: World) => void,
): Drift => ({ object, told, meddle: (world) => meddle(world.aws, world) });

type Rows = readonly { readonly name: string }[];
const endingIn = <Row extends { readonly name: string }>(rows: readonly Row[], end: string): Row =>
  first(rows.filter(({ name }) => name.endsWith(end)));
const nameIn = (rows: Rows, end: string): string => endingIn(rows, end).name;

/** A tag of the operator's own on it gets another value. */
const retagged = <Row extends { readonly tags: Readonly<Record<string, string>> }>(
  { tags }: Row,
  key = 'team',
) => ({
  tags: { ...tags, [key]: 'changed' },
});
const TEAM = 'tagged team';

const alarms = (): Drift[] => {
  const object = ['Alarm', 'dead-letters'] as const;
  const change = (aws: World['aws'], settings: object) => {
    const alarm = endingIn(aws.cloudWatch.alarms.values(), '-dead-letters');
    aws.cloudWatch.alarms.change(alarm.name, { settings: { ...alarm.settings, ...settings } });
  };
  const fields: Readonly<Record<string, object>> = {
    description: { AlarmDescription: 'mine' },
    namespace: { Namespace: 'AWS/Other' },
    metric: { MetricName: 'Other' },
    dimensions: { Dimensions: [] },
    statistic: { Statistic: 'Average' },
    periodSeconds: { Period: 3600 },
    evaluationPeriods: { EvaluationPeriods: 5 },
    threshold: { Threshold: 1e9 },
    actions: { AlarmActions: [] },
    endActions: { OKActions: ['arn:aws:sns:eu-central-1:123456789012:other'] },
    comparison: { ComparisonOperator: 'LessThanThreshold' },
    missingData: { TreatMissingData: 'breaching' },
  };
  return [
    ...Object.entries(fields).map(([field, settings]) =>
      drift(object, `updated ${field}`, (aws) => change(aws, settings)),
    ),
    drift(object, GONE, ({ cloudWatch: { alarms } }) =>
      alarms.delete(nameIn(alarms.values(), '-dead-letters')),
    ),
  ];
};

const functions = (): Drift[] => {
  const object = ['Function', 'pre-queue'] as const;
  const change = (aws: World['aws'], settings: object) =>
    aws.lambda.functions.change(nameIn(aws.lambda.functions.values(), '-pre-queue'), settings);
  const fields: Readonly<Record<string, object>> = {
    description: { description: 'mine' },
    memoryMiB: { memoryMiB: 3008 },
    timeoutSeconds: { timeoutSeconds: 900 },
    environment: { environment: { MINE: '1' } },
    runtime: { runtime: 'nodejs18.x' },
    handler: { handler: 'other.handler' },
    logGroup: { logGroup: '/other' },
    codeSha256: { codeSha256: 'b3RoZXI=' },
    architecture: { architecture: 'x86_64' },
    // Lambda marks it failed.
    state: { failure: 'The function could not be optimized' },
  };
  return [
    ...Object.entries(fields).map(([field, settings]) =>
      drift(object, `updated ${field}`, (aws) => change(aws, settings)),
    ),
    drift(object, 'updated roleArn', (aws) =>
      change(aws, { role: endingIn(aws.iam.roles.values(), '-post-queue').arn }),
    ),
    drift(object, TEAM, (aws) =>
      change(aws, retagged(endingIn(aws.lambda.functions.values(), '-pre-queue'))),
    ),
    drift(['Function', 'post-queue'], 'updated securityGroupIds', ({ lambda }) =>
      lambda.functions.change(nameIn(lambda.functions.values(), '-post-queue'), {
        groupIds: [],
      }),
    ),
    drift(object, GONE, ({ lambda }) => lambda.delete(nameIn(lambda.functions.values(), '-pre-queue'))),
  ];
};

const queues = (): Drift[] => {
  const object = ['Queue', 'queue'] as const;
  const attribute = (of: Drift['object'], end: string, name: string, value: string) =>
    drift(of, `updated ${name}`, ({ sqs }) => {
      const { name: queue, attributes } = endingIn(sqs.queues.values(), end);
      sqs.queues.change(queue, { attributes: { ...attributes, [name]: value } });
    });
  return [
    attribute(object, '-queue', 'MessageRetentionPeriod', '60'),
    attribute(object, '-queue', 'VisibilityTimeout', '1'),
    attribute(
      object,
      '-queue',
      'RedrivePolicy',
      '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:123456789012:x","maxReceiveCount":1}',
    ),
    attribute(['Queue', 'dlq'], '-dlq', 'RedriveAllowPolicy', '{"redrivePermission":"denyAll"}'),
    drift(object, TEAM, ({ sqs: { queues } }) => {
      const queue = endingIn(queues.values(), '-queue');
      queues.change(queue.name, retagged(queue));
    }),
    drift(object, GONE, ({ sqs }) => sqs.delete(nameIn(sqs.queues.values(), '-queue'))),
    drift(['Queue', 'dlq'], GONE, ({ sqs }) => sqs.delete(nameIn(sqs.queues.values(), '-dlq'))),
  ];
};

const roles = (): Drift[] => {
  const object = ['Role', 'pre-queue'] as const;
  const change = (
    told: string,
    fields: (role: ReturnType<World['aws']['iam']['roles']['values']>[number]) => object,
  ) =>
    drift(object, told, ({ iam: { roles } }) => {
      const role = endingIn(roles.values(), '-pre-queue');
      roles.change(role.name, fields(role));
    });
  return [
    change('updated statements', () => ({ policies: {} })),
    change('updated strange', ({ policies }) => ({
      policies: { ...policies, mine: { document: '{"Statement":[]}', at: 0 } },
    })),
    change('updated strange', () => ({ attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] })),
    change('updated boundaryArn', () => ({ boundaryArn: undefined })),
    change('updated service', () => ({
      trust: JSON.stringify({
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    })),
    // Somebody else may take it, too.
    change('updated service', ({ trust }) => {
      const { Version, Statement } = JSON.parse(trust);
      const another = { Effect: 'Allow', Principal: { AWS: '999999999999' }, Action: 'sts:AssumeRole' };
      return { trust: JSON.stringify({ Version, Statement: [...Statement, another] }) };
    }),
    change(TEAM, retagged),
    drift(object, GONE, ({ iam: { roles } }) => roles.delete(nameIn(roles.values(), '-pre-queue'))),
    drift(['InstanceProfile', 'host'], 'updated roleName', ({ iam: { instanceProfiles: profiles } }) =>
      profiles.change(first(profiles.values()).name, { roleName: undefined }),
    ),
    drift(['InstanceProfile', 'host'], TEAM, ({ iam: { instanceProfiles: profiles } }) =>
      profiles.change(first(profiles.values()).name, retagged(first(profiles.values()))),
    ),
    drift(['InstanceProfile', 'host'], GONE, ({ iam: { instanceProfiles: profiles } }) =>
      profiles.delete(first(profiles.values()).name),
    ),
  ];
};

const ofFunctions = (): Drift[] => {
  const mapping = (told: string, fields: object) =>
    drift(['EventSourceMapping', 'mapping'], told, ({ lambda: { mappings } }) =>
      mappings.change(first(mappings.filter(({ deletedAt }) => deletedAt === undefined)).id, fields),
    );
  return [
    mapping('updated enabled', { enabled: false }),
    mapping('updated batchSize', { batchSize: 1 }),
    mapping('updated batchWindowSeconds', { windowSeconds: 300 }),
    mapping('updated maximumConcurrency', { maximumConcurrency: undefined }),
    mapping('updated reportsItems', { responseTypes: [] }),
    mapping(GONE, { deletedAt: 0 }),
    drift(['Alias', 'pre-queue'], 'updated weighted', ({ lambda: { aliases } }) => {
      const { functionName } = first(aliases.filter((each) => each.functionName.endsWith('-pre-queue')));
      aliases.change(`${functionName}:live`, { weights: { 1: 0.5 } });
    }),
    drift(['Alias', 'post-queue'], GONE, ({ lambda: { aliases } }) => {
      const { functionName } = first(aliases.filter((each) => each.functionName.endsWith('-post-queue')));
      aliases.delete(`${functionName}:live`);
    }),
    drift(['Permission', 'gateway'], 'updated sourceArn', ({ lambda: { permissions } }) => {
      const { key, Sid } = first(permissions.values());
      permissions.change(`${key}/${Sid}`, {
        sourceArn: 'arn:aws:execute-api:eu-central-1:123456789012:other/*',
      });
    }),
    drift(['Permission', 'gateway'], GONE, ({ lambda: { permissions } }) => {
      const { key, Sid } = first(permissions.values());
      permissions.delete(`${key}/${Sid}`);
    }),
    drift(['ProvisionedConcurrency', 'pre-queue'], 'updated', ({ lambda: { provisioned } }) => {
      const { functionName, qualifier } = first(provisioned.values());
      provisioned.change(`${functionName}:${qualifier}`, { executions: 9 });
    }),
    drift(['ProvisionedConcurrency', 'pre-queue'], GONE, ({ lambda: { provisioned } }) => {
      const { functionName, qualifier } = first(provisioned.values());
      provisioned.delete(`${functionName}:${qualifier}`);
    }),
    drift(['ReservedConcurrency', 'pre-queue'], 'updated executions', ({ lambda: { functions } }) =>
      functions.change(nameIn(functions.values(), '-pre-queue'), { reserved: 99 }),
    ),
    drift(['ReservedConcurrency', 'pre-queue'], GONE, ({ lambda: { functions } }) =>
      functions.change(nameIn(functions.values(), '-pre-queue'), { reserved: undefined }),
    ),
    drift(['LogGroup', 'pre-queue'], 'updated retentionDays', ({ logs: { groups } }) =>
      groups.change(nameIn(groups.values(), '-pre-queue'), { retentionDays: undefined }),
    ),
    drift(['LogGroup', 'pre-queue'], TEAM, ({ logs: { groups } }) => {
      const group = endingIn(groups.values(), '-pre-queue');
      groups.change(group.name, retagged(group));
    }),
    drift(['LogGroup', 'pre-queue'], GONE, ({ logs: { groups } }) =>
      groups.delete(nameIn(groups.values(), '-pre-queue')),
    ),
  ];
};

const ofStores = (): Drift[] => {
  const volume = (
    told: string,
    fields: (row: ReturnType<World['aws']['ec2']['volumes']['values']>[number]) => object,
  ) =>
    drift(['Volume', 'data'], told, ({ ec2: { volumes } }) => {
      const row = first(volumes.values());
      volumes.change(row.id, fields(row));
    });
  const group = (told: string, fields: object) =>
    drift(['SecurityGroup', 'host'], told, ({ ec2: { securityGroups: groups } }) => {
      const { id } = endingIn(groups.values(), '-host');
      groups.change(id, fields);
    });
  const host = ({ ec2 }: World['aws']) => first(ec2.instances.filter(({ endedAt }) => endedAt === undefined));
  const anywhere = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  return [
    volume('updated iops', () => ({ iops: 4000 })),
    volume('updated throughput', () => ({ throughput: 250 })),
    volume('tagged nami.dev/reclaim-policy', (row) => retagged(row, 'nami.dev/reclaim-policy')),
    volume(TEAM, retagged),
    drift(['VolumeAttachment', 'data'], GONE, ({ ec2: { volumes } }) =>
      volumes.change(first(volumes.values()).id, { attachment: undefined }),
    ),
    group('updated ingress', { ingress: [] }),
    group('updated ingress, strange', { ingress: [anywhere] }),
    group('updated egress', { egress: [] }),
    drift(['SecurityGroup', 'host'], TEAM, ({ ec2: { securityGroups: groups } }) => {
      const row = endingIn(groups.values(), '-host');
      groups.change(row.id, retagged(row));
    }),
    drift(['Parameter', 'store-password'], TEAM, ({ ssm: { parameters } }) => {
      const row = endingIn(parameters.values(), '-password');
      parameters.change(row.name, retagged(row));
    }),
    drift(['Parameter', 'store-password'], GONE, ({ ssm: { parameters } }) =>
      parameters.delete(nameIn(parameters.values(), '-password')),
    ),
    drift(['Instance', 'host'], TEAM, (aws) => aws.ec2.instances.change(host(aws).id, retagged(host(aws)))),
    drift(['Instance', 'host'], 'updated stopped', (aws) => aws.ec2.machines.stop(host(aws).id)),
    drift(['Instance', 'host'], GONE, (aws) => aws.ec2.machines.end(host(aws).id)),
  ];
};

const ofGateways = (): Drift[] => {
  const api = ({ apiGateway }: World['aws']) => first(apiGateway.restApis.values());
  const stage = (
    told: string,
    fields: (row: ReturnType<World['aws']['apiGateway']['stages']['values']>[number]) => object,
  ) =>
    drift(['Stage', 'live'], told, ({ apiGateway: { stages } }) => {
      const row = first(stages.values());
      stages.change(`${row.restApiId}/live`, fields(row));
    });
  const route = ({ apiGateway }: World['aws']) =>
    first(apiGateway.resources.filter(({ path }) => path === '/nami/orders'));
  const response = ({ apiGateway }: World['aws']) => first(apiGateway.gatewayResponses.values());
  return [
    drift(['RestApi', 'gateway'], 'updated description', (aws) =>
      aws.apiGateway.restApis.change(api(aws).id, { description: 'mine' }),
    ),
    drift(['RestApi', 'gateway'], 'updated binary', (aws) =>
      aws.apiGateway.restApis.change(api(aws).id, { binaryMediaTypes: [] }),
    ),
    drift(['RestApi', 'gateway'], TEAM, (aws) =>
      aws.apiGateway.restApis.change(api(aws).id, retagged(api(aws))),
    ),
    drift(['Route', '/nami/orders'], 'updated', (aws) => {
      const { restApiId, id } = route(aws);
      aws.apiGateway.resources.change(`${restApiId}/${id}`, { methods: {} });
    }),
    drift(['Route', '/nami/orders'], 'updated functionArn', (aws) => {
      const { restApiId, id, methods } = route(aws);
      const uri = methods.ANY?.uri?.replaceAll('_', '-other_');
      aws.apiGateway.resources.change(`${restApiId}/${id}`, { methods: { ANY: { ...methods.ANY, uri } } });
    }),
    // Deployed by whoever did it, or with the next pipeline that comes.
    drift(['Route', '/nami/orders'], 'updated isOpen', (aws) => {
      const { restApiId, id, path, methods } = route(aws);
      const closed = { uri: undefined, ...methods.ANY, authorizationType: 'AWS_IAM' };
      aws.apiGateway.resources.change(`${restApiId}/${id}`, { methods: { ANY: closed } });
      const { deploymentId } = first(aws.apiGateway.stages.values());
      aws.apiGateway.deployments.change(`${restApiId}/${deploymentId}`, { closed: [path] });
    }),
    drift(['Route', '/nami/orders'], GONE, (aws) => {
      const { restApiId, id } = route(aws);
      aws.apiGateway.resources.delete(`${restApiId}/${id}`);
    }),
    drift(['GatewayResponse', ''], 'updated', (aws) => {
      const { restApiId, settings } = response(aws);
      const changed = { ...settings, statusCode: '418', responseTemplates: {}, responseParameters: {} };
      aws.apiGateway.gatewayResponses.change(`${restApiId}/${settings.responseType}`, { settings: changed });
    }),
    drift(['GatewayResponse', ''], GONE, (aws) => {
      const { restApiId, settings } = response(aws);
      aws.apiGateway.gatewayResponses.delete(`${restApiId}/${settings.responseType}`);
    }),
    drift(['Stage', 'live'], 'updated content', ({ apiGateway: { stages, deployments } }) => {
      const { restApiId } = first(stages.values());
      const bare = { restApiId, id: 'by-hand', description: '', madeAt: 0, routes: {} };
      deployments.set(`${restApiId}/by-hand`, bare);
      stages.change(`${restApiId}/live`, { deploymentId: 'by-hand' });
    }),
    stage('updated metrics', () => ({ metrics: false })),
    stage('updated throttles', () => ({ overrides: {} })),
    stage(TEAM, retagged),
    drift(['Stage', 'live'], GONE, ({ apiGateway: { stages } }) =>
      stages.delete(`${first(stages.values()).restApiId}/live`),
    ),
    drift(['DefaultEndpoint', ''], 'updated isClosed', (aws) =>
      aws.apiGateway.restApis.change(api(aws).id, { disableExecuteApiEndpoint: false }),
    ),
    drift(['DomainName', ''], 'updated certificateArn', ({ apiGateway: { domains } }) => {
      const other = first([...domains.certificates].toReversed());
      domains.domainNames.change(first(domains.domainNames.values()).name, { certificateArn: other });
    }),
    drift(['DomainName', ''], 'updated isTlsOld', ({ apiGateway: { domains } }) =>
      domains.domainNames.change(first(domains.domainNames.values()).name, { securityPolicy: 'TLS_1_0' }),
    ),
    drift(
      ['DomainName', ''],
      TEAM,
      ({
        apiGateway: {
          domains: { domainNames },
        },
      }) => domainNames.change(first(domainNames.values()).name, retagged(first(domainNames.values()))),
    ),
    drift(
      ['BasePathMapping', ''],
      GONE,
      ({
        apiGateway: {
          domains: { mappings },
        },
      }) => {
        const { domainName, basePath } = first(mappings.values());
        mappings.delete(`${domainName}/${basePath}`);
      },
    ),
    drift(['DnsRecord', ''], GONE, ({ route53: { records } }) => {
      const { zoneId, record } = first(records.values());
      records.delete(`${zoneId}/${record.Name}/${record.Type}/${record.SetIdentifier ?? ''}`);
    }),
    drift(['DnsRecord', ''], 'updated target', ({ route53: { records } }) => {
      const { zoneId, record } = first(records.values());
      const AliasTarget = {
        HostedZoneId: 'Z',
        EvaluateTargetHealth: false,
        ...record.AliasTarget,
        DNSName: 'other.example.',
      };
      records.change(`${zoneId}/${record.Name}/${record.Type}/${record.SetIdentifier ?? ''}`, {
        record: { ...record, AliasTarget },
      });
    }),
    drift(
      ['RouteTable', 'network'],
      'updated internetGatewayId',
      ({
        ec2: {
          network: { routeTables },
        },
      }) => routeTables.change(first(routeTables.values()).id, { gatewayId: undefined }),
    ),
    drift(
      ['RouteTable', 'network'],
      'updated subnetIds',
      ({
        ec2: {
          network: { routeTables },
        },
      }) => routeTables.change(first(routeTables.values()).id, { associations: {} }),
    ),
    drift(
      ['InternetGateway', 'network'],
      'updated',
      ({
        ec2: {
          network: { internetGateways },
        },
      }) => internetGateways.change(first(internetGateways.values()).id, { vpcId: undefined }),
    ),
    ...(['vpcs', 'subnets', 'internetGateways', 'routeTables'] as const).map((table) =>
      drift([KIND_OF[table], ''], TEAM, ({ ec2: { network } }) => {
        const row = first<{ readonly id: string; readonly tags: Readonly<Record<string, string>> }>(
          network[table].values(),
        );
        network[table].change(row.id, retagged(row));
      }),
    ),
  ];
};

const KIND_OF = {
  vpcs: 'Vpc',
  subnets: 'Subnet',
  internetGateways: 'InternetGateway',
  routeTables: 'RouteTable',
} as const;

/** By the kind of what is changed. */
export const DRIFTS: readonly Drift[] = [
  ...alarms(),
  ...functions(),
  ...queues(),
  ...roles(),
  ...ofFunctions(),
  ...ofStores(),
  ...ofGateways(),
];
