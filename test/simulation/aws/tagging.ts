import type { GetResourcesInput } from '@aws-sdk/client-resource-groups-tagging-api';
import type { ApiGateway } from './api-gateway.ts';
import type { CloudWatch } from './cloudwatch.ts';
import type { Ec2 } from './ec2.ts';
import type { Lambda } from './lambda.ts';
import type { Logs } from './logs.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service, type Surroundings } from './service.ts';
import type { Sqs } from './sqs.ts';
import type { Ssm } from './ssm.ts';
import type { Moment, Table } from './table.ts';
import { type Tags, toTagList } from './tags.ts';

interface Tagged {
  readonly arn: string;
  readonly tags: Tags;
}

interface Tables {
  readonly apiGateway: ApiGateway;
  readonly cloudWatch: CloudWatch;
  readonly ec2: Ec2;
  readonly lambda: Lambda;
  readonly logs: Logs;
  readonly sqs: Sqs;
  readonly ssm: Ssm;
}

/** AWS Resource Groups Tagging API: what carries tags, of all services but IAM. */
export class Tagging extends Service {
  readonly #tables: Tables;

  constructor(around: Surroundings, tables: Tables) {
    super(around);
    this.#tables = tables;
  }

  readonly operations: Operations = {
    GetResources: ({ TagFilters = [], ResourcesPerPage = 50, PaginationToken }: GetResourcesInput) => {
      const found = this.#all().filter(({ tags }) =>
        TagFilters.every(({ Key = '', Values = [] }) => Values.some((value) => tags[Key] === value)),
      );
      const { items, next = '' } = pageOf(found, PaginationToken || undefined, ResourcesPerPage);
      return {
        PaginationToken: next,
        ResourceTagMappingList: items.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: toTagList(tags) })),
      };
    },
  };

  #all(): Tagged[] {
    const { apiGateway, cloudWatch, ec2, lambda, logs, sqs, ssm } = this.#tables;
    const { moment } = ec2;
    const gateway = (path: string) =>
      `arn:${this.around.partition}:apigateway:${this.around.region}::${path}`;
    const isListed = ({ endedAt }: { readonly endedAt?: number | undefined }) =>
      endedAt === undefined || moment.since(endedAt) < this.around.times.instanceListed;
    const ofEc2 = <
      Row extends { readonly id: string; readonly tags: Tags; readonly endedAt?: number | undefined },
    >(
      type: string,
      table: Table<Row>,
    ) =>
      this.#seen(moment, table, (row) => (isListed(row) ? this.arn('ec2', `${type}/${row.id}`) : undefined));
    return [
      ...this.#seen(apiGateway.moment, apiGateway.restApis, ({ id }) => gateway(`/restapis/${id}`)),
      ...this.#seen(apiGateway.moment, apiGateway.stages, ({ restApiId, name }) =>
        gateway(`/restapis/${restApiId}/stages/${name}`),
      ),
      ...this.#seen(apiGateway.moment, apiGateway.domains.domainNames, ({ name }) =>
        gateway(`/domainnames/${name}`),
      ),
      ...this.#seen(cloudWatch.moment, cloudWatch.alarms, ({ arn }) => arn),
      // Terminated ones too, for as long as EC2 lists them.
      ...ofEc2('instance', ec2.instances),
      ...ofEc2('internet-gateway', ec2.internetGateways),
      ...ofEc2('route-table', ec2.routeTables),
      ...ofEc2('security-group', ec2.securityGroups),
      ...this.#seen(
        ec2.moment,
        ec2.snapshots,
        ({ id }) => `arn:${this.around.partition}:ec2:${this.around.region}::snapshot/${id}`,
      ),
      ...ofEc2('subnet', ec2.subnets),
      ...ofEc2('volume', ec2.volumes),
      ...ofEc2('vpc', ec2.vpcs),
      ...this.#seen(lambda.moment, lambda.functions, ({ name }) => this.arn('lambda', `function:${name}`)),
      ...this.#seen(lambda.moment, lambda.mappings, ({ id, deletedAt }) =>
        deletedAt === undefined ? this.arn('lambda', `event-source-mapping:${id}`) : undefined,
      ),
      ...this.#seen(logs.moment, logs.groups, ({ name }) => this.arn('logs', `log-group:${name}`)),
      ...this.#seen(sqs.moment, sqs.queues, ({ name }) => this.arn('sqs', name)),
      ...this.#seen(ssm.moment, ssm.parameters, ({ name }) => this.arn('ssm', `parameter${name}`)),
    ];
  }

  /** The rows of a table as they are seen from here: as late as this service is. */
  #seen<Row extends { readonly tags: Tags }>(
    moment: Moment,
    table: Table<Row>,
    arnOf: (row: Row) => string | undefined,
  ): Tagged[] {
    return moment.read(
      () =>
        table.values().flatMap((row) => {
          const arn = arnOf(row);
          return arn === undefined ? [] : [{ arn, tags: row.tags }];
        }),
      this.moment.lagSeconds,
    );
  }
}
