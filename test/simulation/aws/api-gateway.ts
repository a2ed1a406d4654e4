import type {
  CreateDeploymentRequest,
  CreateResourceRequest,
  CreateRestApiRequest,
  CreateStageRequest,
  DeleteDeploymentRequest,
  DeleteMethodRequest,
  DeleteResourceRequest,
  DeleteRestApiRequest,
  DeleteStageRequest,
  GetDeploymentRequest,
  GetDeploymentsRequest,
  GetGatewayResponsesRequest,
  GetResourcesRequest,
  GetRestApiRequest,
  GetRestApisRequest,
  GetStageRequest,
  GetStagesRequest,
  PatchOperation,
  PutGatewayResponseRequest,
  PutIntegrationRequest,
  PutMethodRequest,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateMethodRequest,
  UpdateRestApiRequest,
  UpdateStageRequest,
} from '@aws-sdk/client-api-gateway';
import { AwsError } from './aws-error.ts';
import { DomainNames } from './domain-names.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import { type Tags, withoutTags } from './tags.ts';

export interface RestApi {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
  readonly binaryMediaTypes: readonly string[];
  readonly rootResourceId: string;
  readonly disableExecuteApiEndpoint: boolean;
  readonly madeAt: number;
}

interface OfApi {
  readonly restApiId: string;
}

export interface Resource extends OfApi {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly path: string;
  /** By HTTP method. */
  readonly methods: Readonly<Record<string, Method>>;
}

interface Method {
  /** The integration's; undefined while there is none. */
  readonly uri: string | undefined;
  /** By default "NONE": everybody may call. */
  readonly authorizationType?: string;
}

/** What a deployment shows: the API as it was. */
export interface Deployment extends OfApi {
  readonly id: string;
  readonly description: string;
  readonly madeAt: number;
  /** URI of the integration by path, then by method. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Paths at which not everybody may call. */
  readonly closed?: readonly string[];
}

export interface Stage extends OfApi {
  readonly name: string;
  readonly deploymentId: string;
  readonly tags: Tags;
  readonly metrics: boolean;
  readonly variables: Readonly<Record<string, string>>;
  /** Whether it has seen that the default endpoint is closed. */
  readonly isClosed: boolean;
  /** By the key of a method, such as "~1nami~1orders/ANY". */
  readonly overrides: Readonly<Record<string, Override>>;
}

/** Settings of one method. It has them all once it has one: metrics that nobody set are off. (MethodSetting.) */
interface Override {
  readonly rateLimit: number;
  readonly burstLimit: number;
  readonly metrics: boolean;
}

const NO_OVERRIDE: Override = { rateLimit: -1, burstLimit: -1, metrics: false };

interface GatewayResponse extends OfApi {
  readonly settings: PutGatewayResponseRequest;
}

/** Resources that an API may have. (API Gateway quotas.) */
const MOST_RESOURCES = 300;
const PAGE = 25;
/** Some of those that an API has by itself. (API Gateway: "Gateway response types".) */
const GATEWAY_RESPONSES = ['DEFAULT_4XX', 'DEFAULT_5XX', 'THROTTLED', 'REQUEST_TOO_LARGE', 'UNAUTHORIZED'];

/** Amazon API Gateway, REST APIs. Errors as in the API Gateway API Reference, "Common errors". */
export class ApiGateway extends Service {
  readonly restApis = new Table<RestApi>(this.moment);
  readonly resources = new Table<Resource>(this.moment);
  readonly deployments = new Table<Deployment>(this.moment);
  readonly stages = new Table<Stage>(this.moment);
  readonly gatewayResponses = new Table<GatewayResponse>(this.moment);
  readonly domains = new DomainNames(this.around, this.moment, {
    hasStage: (restApiId, name) => this.stages.has(`${restApiId}/${name}`),
  });

  readonly operations: Operations = {
    ...this.domains.operations,
    CreateRestApi: ({
      name = '',
      description = '',
      tags = {},
      binaryMediaTypes = [],
    }: CreateRestApiRequest) => {
      const id = this.around.newId('api');
      const rootResourceId = this.around.newId('resource');
      this.resources.set(`${id}/${rootResourceId}`, {
        restApiId: id,
        id: rootResourceId,
        parentId: undefined,
        path: '/',
        methods: {},
      });
      return showApi(
        this.restApis.set(id, {
          id,
          name,
          description,
          tags,
          binaryMediaTypes,
          rootResourceId,
          disableExecuteApiEndpoint: false,
          madeAt: this.now,
        }),
      );
    },
    GetRestApis: ({ position, limit }: GetRestApisRequest) => {
      const { items, next } = pageOf(this.restApis.values(), position, limit ?? PAGE);
      return { items: items.map(showApi), ...(next !== undefined && { position: next }) };
    },
    GetRestApi: ({ restApiId = '' }: GetRestApiRequest) => showApi(this.#api(restApiId)),
    UpdateRestApi: ({ restApiId = '', patchOperations = [] }: UpdateRestApiRequest) => {
      const api = this.#api(restApiId);
      const description = patchOperations.find(({ path }) => path === '/description')?.value;
      const added = patchOperations.flatMap(({ op, path = '' }) =>
        op === 'add' && path.startsWith('/binaryMediaTypes/') ? [path.slice(18).replaceAll('~1', '/')] : [],
      );
      const closed = patchOperations.find(({ path }) => path === '/disableExecuteApiEndpoint')?.value;
      this.restApis.change(restApiId, {
        ...(closed !== undefined && { disableExecuteApiEndpoint: closed === 'true' }),
        description: description ?? api.description,
        binaryMediaTypes: [...api.binaryMediaTypes, ...added],
      });
      return {};
    },
    DeleteRestApi: ({ restApiId = '' }: DeleteRestApiRequest) => {
      this.#api(restApiId);
      this.domains.checkUnmapped(restApiId, `RestApi ${restApiId}`);
      const isIts = (row: OfApi) => row.restApiId === restApiId;
      for (const { id } of this.resources.filter(isIts)) this.resources.delete(`${restApiId}/${id}`);
      for (const { id } of this.deployments.filter(isIts)) this.deployments.delete(`${restApiId}/${id}`);
      for (const { name } of this.stages.filter(isIts)) this.stages.delete(`${restApiId}/${name}`);
      for (const { settings } of this.gatewayResponses.filter(isIts))
        this.gatewayResponses.delete(`${restApiId}/${settings.responseType}`);
      this.restApis.delete(restApiId);
      return {};
    },
    UntagResource: ({ resourceArn = '', tagKeys }: UntagResourceRequest) => {
      const domain = domainIn(resourceArn);
      if (domain !== undefined) {
        const { tags = {} } = this.domains.domainNames.get(domain) ?? {};
        this.domains.domainNames.change(domain, { tags: withoutTags(tags, tagKeys) });
        return {};
      }
      const [, restApiId = '', stageName] =
        /\/restapis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(resourceArn) ?? [];
      if (stageName === undefined) {
        this.restApis.change(restApiId, { tags: withoutTags(this.#api(restApiId).tags, tagKeys) });
      } else {
        const { tags } = this.#stage(restApiId, stageName);
        this.stages.change(`${restApiId}/${stageName}`, { tags: withoutTags(tags, tagKeys) });
      }
      return {};
    },
    TagResource: ({ resourceArn = '', tags }: TagResourceRequest) => {
      const domain = domainIn(resourceArn);
      if (domain !== undefined) {
        const found = this.domains.domainNames.get(domain);
        this.domains.domainNames.change(domain, { tags: { ...found?.tags, ...tags } });
        return {};
      }
      const [, restApiId = '', stageName] =
        /\/restapis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(resourceArn) ?? [];
      if (stageName === undefined) {
        const api = this.#api(restApiId);
        this.restApis.change(restApiId, { tags: { ...api.tags, ...tags } });
      } else {
        const stage = this.#stage(restApiId, stageName);
        this.stages.change(`${restApiId}/${stageName}`, { tags: { ...stage.tags, ...tags } });
      }
      return {};
    },

    CreateResource: ({ restApiId = '', parentId = '', pathPart = '' }: CreateResourceRequest) => {
      this.#api(restApiId);
      const parent = this.#resource(restApiId, parentId);
      const own = this.#resourcesOf(restApiId);
      if (own.length >= MOST_RESOURCES)
        throw new AwsError(
          'LimitExceededException',
          'Maximum number of Resources for this API has been reached',
          429,
        );
      const path = `${parent.path === '/' ? '' : parent.path}/${pathPart}`;
      if (own.some((each) => each.path === path))
        throw conflict(`Another resource with the same parent already has this name: ${pathPart}`);
      const id = this.around.newId('resource');
      return showResource(
        this.resources.set(`${restApiId}/${id}`, { restApiId, id, parentId, path, methods: {} }),
      );
    },
    GetResources: ({ restApiId = '', position, limit, embed }: GetResourcesRequest) => {
      this.#api(restApiId);
      const { items, next } = pageOf(this.#resourcesOf(restApiId), position, limit ?? PAGE);
      const show = embed?.includes('methods') ? showResource : showBareResource;
      return { items: items.map(show), ...(next !== undefined && { position: next }) };
    },
    DeleteResource: ({ restApiId = '', resourceId = '' }: DeleteResourceRequest) => {
      const { path } = this.#resource(restApiId, resourceId);
      const gone = this.#resourcesOf(restApiId).filter(
        (each) => each.path === path || each.path.startsWith(`${path}/`),
      );
      for (const { id } of gone) this.resources.delete(`${restApiId}/${id}`);
      return {};
    },
    PutMethod: ({
      restApiId = '',
      resourceId = '',
      httpMethod = '',
      authorizationType,
    }: PutMethodRequest) => {
      const { methods } = this.#resource(restApiId, resourceId);
      if (httpMethod in methods) throw conflict('Method already exists for this resource');
      this.resources.change(`${restApiId}/${resourceId}`, {
        methods: {
          ...methods,
          [httpMethod]: { uri: undefined, ...(authorizationType && { authorizationType }) },
        },
      });
      return { httpMethod };
    },
    UpdateMethod: ({
      restApiId = '',
      resourceId = '',
      httpMethod = '',
      patchOperations = [],
    }: UpdateMethodRequest) => {
      const { methods } = this.#resource(restApiId, resourceId);
      const { [httpMethod]: method } = methods;
      if (!method) throw absent('Invalid Method identifier specified');
      const authorizationType =
        patchOperations.find(({ path }) => path === '/authorizationType')?.value ?? method.authorizationType;
      const changed = { ...method, ...(authorizationType !== undefined && { authorizationType }) };
      this.resources.change(`${restApiId}/${resourceId}`, { methods: { ...methods, [httpMethod]: changed } });
      return { httpMethod };
    },
    DeleteMethod: ({ restApiId = '', resourceId = '', httpMethod = '' }: DeleteMethodRequest) => {
      const { [httpMethod]: method, ...methods } = this.#resource(restApiId, resourceId).methods;
      if (!method) throw absent('Invalid Method identifier specified');
      this.resources.change(`${restApiId}/${resourceId}`, { methods });
      return {};
    },
    PutIntegration: ({ restApiId = '', resourceId = '', httpMethod = '', uri }: PutIntegrationRequest) => {
      const { methods } = this.#resource(restApiId, resourceId);
      if (!(httpMethod in methods)) throw absent('Invalid Method identifier specified');
      this.resources.change(`${restApiId}/${resourceId}`, {
        methods: { ...methods, [httpMethod]: { ...methods[httpMethod], uri } },
      });
      return {};
    },

    GetGatewayResponses: ({ restApiId = '' }: GetGatewayResponsesRequest) => {
      this.#api(restApiId);
      const put = this.gatewayResponses.filter((each) => each.restApiId === restApiId);
      const others = GATEWAY_RESPONSES.filter(
        (type) => !put.some(({ settings }) => settings.responseType === type),
      );
      return {
        items: [
          ...put.map(({ settings }) => ({ ...settings, defaultResponse: false })),
          ...others.map((responseType) => ({ responseType, defaultResponse: true })),
        ],
      };
    },
    PutGatewayResponse: (settings: PutGatewayResponseRequest) => {
      const { restApiId = '', responseType = '' } = settings;
      this.#api(restApiId);
      this.gatewayResponses.set(`${restApiId}/${responseType}`, { restApiId, settings });
      return {};
    },

    CreateDeployment: ({ restApiId = '', description = '', stageName }: CreateDeploymentRequest) => {
      this.#api(restApiId);
      const id = this.around.newId('deployment');
      const routes = this.#snapshot(restApiId);
      const closed = this.#resourcesOf(restApiId).flatMap(({ path, methods }) =>
        Object.values(methods).some(isClosed) ? path : [],
      );
      this.deployments.set(`${restApiId}/${id}`, {
        restApiId,
        id,
        description,
        madeAt: this.now,
        routes,
        closed,
      });
      if (stageName !== undefined) this.#show(restApiId, stageName, id);
      return { id, description, createdDate: new Date(this.now) };
    },
    GetDeployment: ({ restApiId = '', deploymentId = '', embed }: GetDeploymentRequest) => {
      const { id, description, madeAt, routes, closed } = this.#deployment(restApiId, deploymentId);
      const summary = Object.entries(routes).map(([path, methods]) => [
        path,
        Object.fromEntries(
          Object.keys(methods).map((method) => [
            method,
            { authorizationType: closed?.includes(path) ? 'AWS_IAM' : 'NONE' },
          ]),
        ),
      ]);
      return {
        id,
        description,
        createdDate: new Date(madeAt),
        ...(embed?.includes('apisummary') && { apiSummary: Object.fromEntries(summary) }),
      };
    },
    GetDeployments: ({ restApiId = '', position, limit }: GetDeploymentsRequest) => {
      this.#api(restApiId);
      const own = this.deployments.filter((each) => each.restApiId === restApiId);
      const { items, next } = pageOf(own, position, limit ?? PAGE);
      return {
        items: items.map(({ id, description, madeAt }) => ({
          id,
          description,
          createdDate: new Date(madeAt),
        })),
        ...(next !== undefined && { position: next }),
      };
    },
    DeleteDeployment: ({ restApiId = '', deploymentId = '' }: DeleteDeploymentRequest) => {
      this.#deployment(restApiId, deploymentId);
      if (this.stages.find((stage) => stage.restApiId === restApiId && stage.deploymentId === deploymentId)) {
        throw new AwsError(
          'BadRequestException',
          'Active stages pointing to this deployment must be moved or deleted',
        );
      }
      this.deployments.delete(`${restApiId}/${deploymentId}`);
      return {};
    },

    CreateStage: ({ restApiId = '', stageName = '', deploymentId = '', tags = {} }: CreateStageRequest) => {
      this.#deployment(restApiId, deploymentId);
      const key = `${restApiId}/${stageName}`;
      if (this.stages.has(key)) throw conflict('Stage already exists');
      const stage = {
        ...this.#newStage(restApiId, stageName),
        deploymentId,
        tags,
      };
      return showStage(this.stages.set(key, stage));
    },
    GetStages: ({ restApiId = '' }: GetStagesRequest) => {
      this.#api(restApiId);
      return { item: this.stages.filter((stage) => stage.restApiId === restApiId).map(showStage) };
    },
    GetStage: ({ restApiId = '', stageName = '' }: GetStageRequest) =>
      showStage(this.#stage(restApiId, stageName)),
    UpdateStage: ({ restApiId = '', stageName = '', patchOperations = [] }: UpdateStageRequest) => {
      const { disableExecuteApiEndpoint: isClosed } = this.#api(restApiId);
      const stage = patchOperations.reduce(patched, { ...this.#stage(restApiId, stageName), isClosed });
      return showStage(this.stages.set(`${restApiId}/${stageName}`, stage));
    },
    DeleteStage: ({ restApiId = '', stageName = '' }: DeleteStageRequest) => {
      this.#stage(restApiId, stageName);
      this.domains.checkUnmapped(restApiId, `stage ${stageName}`);
      this.stages.delete(`${restApiId}/${stageName}`);
      return {};
    },
  };

  /** What the gateway answers by itself, such as 403 for a path that isn't there. */
  ownStatus(restApiId: string, type: string, standard: number): number {
    return Number(this.gatewayResponses.get(`${restApiId}/${type}`)?.settings.statusCode ?? standard);
  }

  #resourcesOf(restApiId: string): Resource[] {
    return this.resources.filter((each) => each.restApiId === restApiId);
  }

  #snapshot(restApiId: string): Deployment['routes'] {
    const routes = this.#resourcesOf(restApiId).flatMap(({ path, methods }) => {
      const entries = Object.entries(methods).map(([method, { uri }]) => {
        if (uri === undefined) throw new AwsError('BadRequestException', 'No integration defined for method');
        return [method, uri] as const;
      });
      return entries.length === 0 ? [] : [[path, Object.fromEntries(entries)] as const];
    });
    if (routes.length === 0)
      throw new AwsError('BadRequestException', "The REST API doesn't contain any methods");
    return Object.fromEntries(routes);
  }

  #show(restApiId: string, name: string, deploymentId: string): void {
    const key = `${restApiId}/${name}`;
    const stage = this.stages.get(key) ?? this.#newStage(restApiId, name);
    const { disableExecuteApiEndpoint: isClosed } = this.#api(restApiId);
    this.stages.set(key, { ...stage, deploymentId, isClosed });
  }

  #newStage(restApiId: string, name: string): Omit<Stage, 'deploymentId'> {
    const { disableExecuteApiEndpoint: isClosed } = this.#api(restApiId);
    return { restApiId, name, tags: {}, metrics: false, variables: {}, isClosed, overrides: {} };
  }

  #api(id: string): RestApi {
    const api = this.restApis.get(id);
    if (!api) throw absent('Invalid API identifier specified');
    return api;
  }

  #resource(restApiId: string, id: string): Resource {
    const resource = this.resources.get(`${restApiId}/${id}`);
    if (!resource) throw absent('Invalid Resource identifier specified');
    return resource;
  }

  #deployment(restApiId: string, id: string): Deployment {
    const deployment = this.deployments.get(`${restApiId}/${id}`);
    if (!deployment) throw absent('Invalid Deployment identifier specified');
    return deployment;
  }

  #stage(restApiId: string, name: string): Stage {
    const stage = this.stages.get(`${restApiId}/${name}`);
    if (!stage) throw absent('Invalid stage identifier specified');
    return stage;
  }
}

/** (API Gateway API Reference: UpdateStage, "Patch operations".) */
function patched(stage: Stage, { op, path = '', value = '' }: PatchOperation): Stage {
  if (path === '/*/*/metrics/enabled') return { ...stage, metrics: value === 'true' };
  const variable = /^\/variables\/(\w+)$/.exec(path)?.[1];
  if (variable !== undefined) return { ...stage, variables: { ...stage.variables, [variable]: value } };
  const [, key = '', field] =
    /^\/(.+?\/[A-Z*]+)(?:\/(throttling\/rateLimit|throttling\/burstLimit|metrics\/enabled))?$/.exec(path) ??
    [];
  if (key === '') throw new AwsError('BadRequestException', `Invalid patch path ${path}`);
  if (op === 'remove') {
    const { [key]: removed, ...overrides } = stage.overrides;
    if (!removed) throw absent(`Cannot remove method setting ${key} because there is no such setting`);
    return { ...stage, overrides };
  }
  const changed =
    field === 'metrics/enabled'
      ? { metrics: value === 'true' }
      : { [field?.split('/')[1] ?? '']: Number(value) };
  const override = { ...NO_OVERRIDE, ...stage.overrides[key], ...changed };
  return { ...stage, overrides: { ...stage.overrides, [key]: override } };
}

/** The domain name that an ARN is of. */
const domainIn = (arn: string): string | undefined => /\/domainnames\/([^/]+)$/.exec(arn)?.[1];

const showApi = ({
  id,
  name,
  description,
  tags,
  binaryMediaTypes,
  rootResourceId,
  disableExecuteApiEndpoint,
  madeAt,
}: RestApi) => ({
  id,
  name,
  description,
  tags: { ...tags },
  binaryMediaTypes: [...binaryMediaTypes],
  rootResourceId,
  disableExecuteApiEndpoint,
  createdDate: new Date(madeAt),
});

const isClosed = ({ authorizationType = 'NONE' }: Method) => authorizationType !== 'NONE';

const showBareResource = ({ id, parentId, path }: Resource) => ({
  id,
  parentId,
  path,
  pathPart: path.split('/').at(-1),
});

const showResource = (resource: Resource) => {
  const methods = Object.entries(resource.methods).map(
    ([httpMethod, { uri, authorizationType = 'NONE' }]) => [
      httpMethod,
      {
        httpMethod,
        authorizationType,
        ...(uri !== undefined && { methodIntegration: { type: 'AWS_PROXY', uri } }),
      },
    ],
  );
  return {
    ...showBareResource(resource),
    ...(methods.length > 0 && { resourceMethods: Object.fromEntries(methods) }),
  };
};

const showStage = ({ name, deploymentId, tags, metrics, variables, overrides }: Stage) => ({
  stageName: name,
  deploymentId,
  variables: { ...variables },
  ...(Object.keys(tags).length > 0 && { tags: { ...tags } }),
  methodSettings: {
    ...(metrics && { '*/*': { metricsEnabled: true, throttlingRateLimit: -1, throttlingBurstLimit: -1 } }),
    ...Object.fromEntries(
      Object.entries(overrides).map(([key, each]) => [
        key,
        {
          metricsEnabled: each.metrics,
          throttlingRateLimit: each.rateLimit,
          throttlingBurstLimit: each.burstLimit,
        },
      ]),
    ),
  },
});

const absent = (message: string) => new AwsError('NotFoundException', message, 404);
const conflict = (message: string) => new AwsError('ConflictException', message, 409);
