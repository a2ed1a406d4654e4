import {
  CreateResourceCommand,
  DeleteMethodCommand,
  DeleteResourceCommand,
  type Method,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  paginateGetResources,
  type Resource,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orGone, orPresent, RequeueAfter, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { gatewayIds } from './rest-api.ts';

export interface RouteDesired {
  readonly restApiId: string;
  readonly parentId: string;
  /** Full path, such as "/nami/orders". */
  readonly path: string;
  /** ARN of the alias that is called; empty for a resource that only holds others. */
  readonly functionArn: string;
  /** ARN of another alias that it may call now; empty for none. */
  readonly replaces: string;
}

type Details = {
  readonly restApiId: string;
  readonly path: string;
  readonly functionArn: string;
  readonly complete: boolean;
  /** Whoever calls reaches the function, with all that was sent: without keys, signatures or a mapping of the body. */
  readonly isOpen: boolean;
};

/** Every method: a handshake comes as GET, and the function answers what it does not take. */
const METHOD = 'ANY';

const OPEN = 'NONE';
const PROXY = 'AWS_PROXY';

const integrationUri = ({ partition, region }: Account, functionArn: string) =>
  `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

/** Whether a method takes calls from everybody. */
export const isOpen = ({
  authorizationType = OPEN,
  apiKeyRequired = false,
}: Pick<Method, 'authorizationType' | 'apiKeyRequired'>): boolean =>
  // Emulators give the text back that a patch has.
  authorizationType === OPEN && String(apiKeyRequired) !== 'true';

const isProxy = ({ methodIntegration: { type = PROXY } = {} }: Method): boolean => type === PROXY;

function actualOf(restApiId: string, resource: Resource): Actual<Details> {
  const { id = '', path = '', resourceMethods } = resource;
  const method = resourceMethods?.[METHOD];
  const functionArn =
    /functions\/(arn:.+)\/invocations$/.exec(method?.methodIntegration?.uri ?? '')?.[1] ?? '';
  return {
    id,
    tags: undefined,
    state: READY,
    outputs: { id, path },
    details: {
      restApiId,
      path,
      functionArn,
      complete: method === undefined || functionArn !== '',
      isOpen: method === undefined || (isOpen(method) && isProxy(method)),
    },
  };
}

const listName = (restApiId: string) => `routes ${restApiId}`;

/** All resources of an API; one read serves every route, and whoever takes what is so many `seconds` old. */
export async function listRoutes(
  account: Account,
  restApiId: string,
  seconds = 1,
): Promise<Actual<Details>[]> {
  return await account.inventory.read(listName(restApiId), seconds, async function* () {
    const pages = paginateGetResources(
      { client: account.apiGateway, pageSize: 500 },
      { restApiId, embed: ['methods'] },
    );
    for await (const page of pages) {
      for (const resource of page.items ?? []) yield actualOf(restApiId, resource);
    }
  });
}

async function putMethod(
  account: Account,
  { restApiId, functionArn }: RouteDesired,
  { id: resourceId, isOpen }: { readonly id: string; readonly isOpen: boolean },
): Promise<void> {
  if (functionArn === '') return;
  const where = { restApiId, resourceId, httpMethod: METHOD };
  const made = await orPresent(
    account.apiGateway.send(new PutMethodCommand({ ...where, authorizationType: OPEN })),
  );
  if (!made && !isOpen) {
    const patchOperations: PatchOperation[] = [
      { op: 'replace', path: '/authorizationType', value: OPEN },
      { op: 'replace', path: '/apiKeyRequired', value: 'false' },
    ];
    await account.apiGateway.send(new UpdateMethodCommand({ ...where, patchOperations }));
  }
  try {
    await account.apiGateway.send(
      new PutIntegrationCommand({
        ...where,
        type: PROXY,
        integrationHttpMethod: 'POST',
        uri: integrationUri(account, functionArn),
      }),
    );
  } catch (error) {
    // A method without integration would make every deployment of the shared API fail; one that was there may have one.
    if (made) await orGone(account.apiGateway.send(new DeleteMethodCommand(where)));
    throw error;
  }
}

/** A path of the gateway with its method and integration; seen by senders only once it is deployed. */
export const route = defineKind<RouteDesired, Details>({
  removal: 1,
  shared: true,
  async find(account, { restApiId, path }) {
    return (await listRoutes(account, restApiId)).find(({ details }) => details.path === path);
  },
  async owned(account, owner) {
    const apis = await gatewayIds(account, owner);
    // Not the root, nor the resource that holds the routes.
    return (await Promise.all(apis.map((id) => listRoutes(account, id))))
      .flat()
      .filter(({ details }) => details.path.split('/').length > 2);
  },
  compare: ({ details }, { functionArn }) =>
    differing(details, { functionArn, complete: true, isOpen: true }),
  async create(account, desired) {
    const { restApiId, parentId, path } = desired;
    const id = await account.inventory.change(listName(restApiId), async () => {
      const { id = '' } = await unlessThere(
        account.apiGateway.send(
          new CreateResourceCommand({ restApiId, parentId, pathPart: path.split('/').at(-1) ?? '' }),
        ),
      );
      await putMethod(account, desired, { id, isOpen: true });
      return id;
    });
    return {
      id,
      tags: undefined,
      state: READY,
      outputs: { id, path },
      details: { restApiId, path, functionArn: desired.functionArn, complete: true, isOpen: true },
    };
  },
  async update(account, desired, { id, details: { functionArn: holder, isOpen } }) {
    if (holder !== '' && holder !== desired.functionArn && holder !== desired.replaces) {
      throw new RequeueAfter(1, `${desired.path} has just been given to ${holder}`);
    }
    await account.inventory.change(listName(desired.restApiId), () =>
      putMethod(account, desired, { id, isOpen }),
    );
  },
  async remove(account, { id, details }) {
    const { restApiId } = details;
    await account.inventory.change(listName(restApiId), () =>
      orGone(account.apiGateway.send(new DeleteResourceCommand({ restApiId, resourceId: id }))),
    );
  },
});
