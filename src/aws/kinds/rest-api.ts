import {
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetStagesCommand,
  paginateGetRestApis,
  type RestApi,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { gatewayNumber } from '../object/gateway-name.ts';
import { defineKind } from '../object/kind.ts';
import type { Owner, Tags } from '../object/owner.ts';

export interface RestApiDesired {
  readonly name: string;
  readonly description: string;
}

type Details = { readonly name: string; readonly description: string; readonly binary: boolean };

/** Every body reaches the function as base64: as text, one that isn't UTF-8 would arrive damaged. */
const BINARY_MEDIA_TYPES = ['*/*'];

const actual = ({
  id = '',
  name = '',
  rootResourceId = '',
  tags,
  description = '',
  binaryMediaTypes,
  disableExecuteApiEndpoint = false,
}: RestApi): Actual<Details> => ({
  id,
  tags: tags ?? {},
  state: READY,
  outputs: { id, rootResourceId, isClosed: String(disableExecuteApiEndpoint) },
  details: { name, description, binary: binaryMediaTypes?.includes('*/*') ?? false },
});

const LIST = 'rest apis';

/** APIs with a name that a gateway of an owner has; of one name the one that senders see first, then the oldest. */
async function list(account: Account, prefix: string, seconds = 1): Promise<Actual<Details>[]> {
  const all = await account.inventory.read(LIST, seconds, async function* () {
    const pages = paginateGetRestApis({ client: account.apiGateway, pageSize: 500 }, {});
    for await (const { items = [] } of pages) yield* items;
  });
  const found = all.filter(({ name = '' }) => gatewayNumber(prefix, name) !== undefined);
  const age = ({ createdDate }: RestApi) => createdDate?.getTime() ?? 0;
  const byAge = found.sort((a, b) => age(a) - age(b) || (a.id ?? '').localeCompare(b.id ?? '')).map(actual);
  const byName = [...Map.groupBy(byAge, ({ details }) => details.name).values()];
  return (await Promise.all(byName.map((all) => shownFirst(account, all)))).flat();
}

async function shownFirst(account: Account, all: Actual<Details>[]): Promise<Actual<Details>[]> {
  if (all.length < 2) return all;
  const shown = await Promise.all(all.map(({ id }) => hasStages(account, id)));
  return [...all.filter((_, index) => shown[index]), ...all.filter((_, index) => !shown[index])];
}

async function hasStages(account: Account, restApiId: string): Promise<boolean> {
  const found = await orAbsent(account.apiGateway.send(new GetStagesCommand({ restApiId })));
  return (found?.item ?? []).length > 0;
}

/** Makes the next look at REST APIs a new one: call it before a change. */
export const forgetRestApis = (account: Account): void => account.inventory.forget(LIST);

/** Of an API, a stage and the like: `path` is theirs in the REST of API Gateway, such as "/restapis/a1b2c3". */
const arnOf = ({ partition, region }: Account, path: string) =>
  `arn:${partition}:apigateway:${region}::${path}`;

export async function tagGatewayObject(account: Account, path: string, tags: Tags): Promise<void> {
  const resourceArn = arnOf(account, path);
  await account.apiGateway.send(new TagResourceCommand({ resourceArn, tags: { ...tags } }));
}

export async function untagGatewayObject(
  account: Account,
  path: string,
  keys: readonly string[],
): Promise<void> {
  const resourceArn = arnOf(account, path);
  await account.apiGateway.send(new UntagResourceCommand({ resourceArn, tagKeys: [...keys] }));
}

/** A gateway: a REST API that carries the routes of pipelines of a region. */
export const restApi = defineKind<RestApiDesired, Details>({
  removal: 110,
  shared: true,
  doubles: { isUnused: async (account, { id }) => !(await hasStages(account, id)) },
  find: async (account, { name }, { prefix }) =>
    (await list(account, prefix)).find(({ details }) => details.name === name),
  owned: (account, owner) => list(account, owner.prefix),
  compare: ({ details }, { description }) => differing(details, { description, binary: true }),
  async create(account, { name, description }, tags) {
    forgetRestApis(account);
    const made = await account.once.apiGateway.send(
      new CreateRestApiCommand({
        name,
        description,
        tags: { ...tags },
        binaryMediaTypes: BINARY_MEDIA_TYPES,
        // The API's own default is EDGE.
        endpointConfiguration: { types: ['REGIONAL'] },
      }),
    );
    return { ...actual(made), tags };
  },
  async update(account, { description }, { id, details }) {
    forgetRestApis(account);
    await account.apiGateway.send(
      new UpdateRestApiCommand({
        restApiId: id,
        patchOperations: [
          { op: 'replace', path: '/description', value: description },
          ...(details.binary ? [] : [{ op: 'add' as const, path: '/binaryMediaTypes/*~1*' }]),
        ],
      }),
    );
  },
  async remove(account, { id }) {
    forgetRestApis(account);
    await orGone(account.apiGateway.send(new DeleteRestApiCommand({ restApiId: id })));
  },
  async tag(account, { id }, tags) {
    forgetRestApis(account);
    await tagGatewayObject(account, `/restapis/${id}`, tags);
  },
  async untag(account, { id }, keys) {
    forgetRestApis(account);
    await untagGatewayObject(account, `/restapis/${id}`, keys);
  },
});

/**
 * The gateways that an owner has, by their numbers; of what is there twice the one that is chosen. A list may serve that is
 * so many `seconds` old.
 */
export async function listGateways(
  account: Account,
  { prefix }: Owner,
  seconds?: number,
): Promise<{ readonly id: string; readonly number: number }[]> {
  const chosen = new Map<number, string>();
  for (const { id, details } of await list(account, prefix, seconds)) {
    const number = gatewayNumber(prefix, details.name) ?? 1;
    if (!chosen.has(number)) chosen.set(number, id);
  }
  return [...chosen].map(([number, id]) => ({ id, number })).sort((a, b) => a.number - b.number);
}

/** Ids of the gateways that an owner has, of those too that are there twice. */
export async function gatewayIds(account: Account, owner: Owner): Promise<string[]> {
  return (await list(account, owner.prefix)).map(({ id }) => id);
}
