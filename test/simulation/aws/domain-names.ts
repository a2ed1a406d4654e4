import type {
  CreateBasePathMappingRequest,
  CreateDomainNameRequest,
  DeleteBasePathMappingRequest,
  DeleteDomainNameRequest,
  GetBasePathMappingsRequest,
  GetDomainNameRequest,
  GetDomainNamesRequest,
  UpdateBasePathMappingRequest,
  UpdateDomainNameRequest,
} from '@aws-sdk/client-api-gateway';
import { AwsError } from './aws-error.ts';
import { pageOf } from './pages.ts';
import type { Operations, Surroundings } from './service.ts';
import { type Moment, Table } from './table.ts';
import type { Tags } from './tags.ts';

export interface DomainName {
  readonly name: string;
  readonly certificateArn: string;
  readonly securityPolicy: string;
  readonly tags: Tags;
  /** What AWS made up for it to lead to. */
  readonly target: string;
  readonly changedAt: number;
}

export interface BasePathMapping {
  readonly domainName: string;
  /** "(none)": all that no other has. */
  readonly basePath: string;
  readonly restApiId: string;
  readonly stage: string;
}

/** What a mapping leads to. */
interface Stages {
  hasStage(restApiId: string, name: string): boolean;
}

const PAGE = 25;
/** Of API Gateway in one region. (AWS General Reference: "Amazon API Gateway endpoints and quotas".) */
const ZONE = 'Z0GATEWAY';

/** Custom domain names. (API Gateway API Reference: CreateDomainName, CreateBasePathMapping.) */
export class DomainNames {
  readonly domainNames: Table<DomainName>;
  readonly mappings: Table<BasePathMapping>;
  /** Certificates that ACM has in this region; others are refused. */
  readonly certificates = new Set<string>();
  /** Names that other accounts have. */
  readonly taken = new Set<string>();
  readonly #around: Surroundings;
  readonly #moment: Moment;
  readonly #stages: Stages;

  constructor(around: Surroundings, moment: Moment, stages: Stages) {
    this.#around = around;
    this.#moment = moment;
    this.#stages = stages;
    this.domainNames = new Table(moment);
    this.mappings = new Table(moment);
  }

  readonly operations: Operations = {
    CreateDomainName: ({
      domainName = '',
      regionalCertificateArn = '',
      securityPolicy = 'TLS_1_0',
      tags = {},
    }: CreateDomainNameRequest) => {
      if (this.taken.has(domainName) || this.domainNames.has(domainName))
        throw refused('The domain name you provided already exists.');
      this.#checkCertificate(regionalCertificateArn);
      const id = this.#around.newId('domain');
      return this.#show(
        this.domainNames.set(domainName, {
          name: domainName,
          certificateArn: regionalCertificateArn,
          securityPolicy,
          tags,
          target: `d-${id}.execute-api.${this.#around.region}.amazonaws.com`,
          changedAt: this.#moment.now,
        }),
      );
    },
    GetDomainName: ({ domainName = '' }: GetDomainNameRequest) => this.#show(this.#domain(domainName)),
    GetDomainNames: ({ position, limit }: GetDomainNamesRequest) => {
      const { items, next } = pageOf(this.domainNames.values(), position, limit ?? PAGE);
      return { items: items.map((each) => this.#show(each)), ...(next !== undefined && { position: next }) };
    },
    UpdateDomainName: ({ domainName = '', patchOperations = [] }: UpdateDomainNameRequest) => {
      this.#domain(domainName);
      for (const { path, value = '' } of patchOperations) {
        if (path === '/regionalCertificateArn') {
          this.#checkCertificate(value);
          this.domainNames.change(domainName, { certificateArn: value, changedAt: this.#moment.now });
        } else if (path === '/securityPolicy') this.domainNames.change(domainName, { securityPolicy: value });
        else throw refused(`Invalid patch path ${path}`);
      }
      return this.#show(this.#domain(domainName));
    },
    DeleteDomainName: ({ domainName = '' }: DeleteDomainNameRequest) => {
      this.#domain(domainName);
      for (const { basePath } of this.#mappingsOf(domainName))
        this.mappings.delete(`${domainName}/${basePath}`);
      this.domainNames.delete(domainName);
      return {};
    },

    CreateBasePathMapping: ({
      domainName = '',
      basePath = '(none)',
      restApiId = '',
      stage = '',
    }: CreateBasePathMappingRequest) => {
      this.#domain(domainName);
      if (!this.#stages.hasStage(restApiId, stage)) throw refused('Invalid stage identifier specified');
      const key = `${domainName}/${basePath}`;
      if (this.mappings.has(key))
        throw new AwsError('ConflictException', 'Base path already exists for this domain name', 409);
      return this.mappings.set(key, { domainName, basePath, restApiId, stage });
    },
    GetBasePathMappings: ({ domainName = '', position, limit }: GetBasePathMappingsRequest) => {
      this.#domain(domainName);
      const { items, next } = pageOf(this.#mappingsOf(domainName), position, limit ?? PAGE);
      return {
        items: items.map(({ basePath, restApiId, stage }) => ({ basePath, restApiId, stage })),
        ...(next !== undefined && { position: next }),
      };
    },
    UpdateBasePathMapping: ({
      domainName = '',
      basePath = '',
      patchOperations = [],
    }: UpdateBasePathMappingRequest) => {
      const key = `${domainName}/${basePath}`;
      this.#mapping(key);
      for (const { path, value = '' } of patchOperations) {
        if (path === '/restapiId') this.mappings.change(key, { restApiId: value });
        else if (path === '/stage') this.mappings.change(key, { stage: value });
        else throw refused(`Invalid patch path ${path}`);
      }
      return this.#mapping(key);
    },
    DeleteBasePathMapping: ({ domainName = '', basePath = '' }: DeleteBasePathMappingRequest) => {
      const key = `${domainName}/${basePath}`;
      this.#mapping(key);
      this.mappings.delete(key);
      return {};
    },
  };

  /**
   * Refuses to take away what a mapping leads to. ("Deleting RestApi … failed. Please remove all base path mappings related
   * to the RestApi in your domains": glomex/gcdt#373. Of a stage AWS says nothing: the stricter is taken.)
   */
  checkUnmapped(restApiId: string, what: string): void {
    const domains = this.mappings
      .filter((each) => each.restApiId === restApiId)
      .map((each) => each.domainName);
    if (domains.length > 0)
      throw refused(
        `Deleting ${what} failed. Please remove all base path mappings related to the RestApi in your domains: ${domains.join()}`,
      );
  }

  #checkCertificate(arn: string): void {
    if (!this.certificates.has(arn)) throw refused('The provided certificate does not exist.');
  }

  /** A new name is there at once; a changed one takes its time. */
  #show({ name, certificateArn, securityPolicy, tags, target, changedAt }: DomainName) {
    const isChanging = this.#moment.since(changedAt) < this.#around.times.domainName;
    return {
      domainName: name,
      regionalCertificateArn: certificateArn,
      regionalDomainName: target,
      regionalHostedZoneId: ZONE,
      securityPolicy,
      domainNameStatus: isChanging ? 'UPDATING' : 'AVAILABLE',
      endpointConfiguration: { types: ['REGIONAL'] },
      ...(Object.keys(tags).length > 0 && { tags: { ...tags } }),
    };
  }

  #mappingsOf(domainName: string): BasePathMapping[] {
    return this.mappings.filter((each) => each.domainName === domainName);
  }

  #domain(name: string): DomainName {
    const found = this.domainNames.get(name);
    if (!found) throw absent('Invalid domain name identifier specified');
    return found;
  }

  #mapping(key: string): BasePathMapping {
    const found = this.mappings.get(key);
    if (!found) throw absent('Invalid base path mapping identifier specified');
    return found;
  }
}

const absent = (message: string) => new AwsError('NotFoundException', message, 404);
const refused = (message: string) => new AwsError('BadRequestException', message);
