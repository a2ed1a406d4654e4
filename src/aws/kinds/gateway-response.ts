import {
  type GatewayResponse,
  type GatewayResponseType,
  GetGatewayResponsesCommand,
  PutGatewayResponseCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';

export interface GatewayResponseDesired {
  readonly restApiId: string;
  readonly type: GatewayResponseType;
  readonly statusCode: number;
  readonly body: string;
  /** Seconds after which the sender should try again; 0: not at all. */
  readonly retryAfterSeconds: number;
}

type Details = Omit<GatewayResponseDesired, 'restApiId' | 'type'>;

const RETRY_AFTER = 'gatewayresponse.header.Retry-After';
const JSON_TYPE = 'application/json';

const actual = (
  { restApiId, type }: Pick<GatewayResponseDesired, 'restApiId' | 'type'>,
  details: Details,
): Actual<Details> => ({
  id: `${restApiId}:${type}`,
  tags: undefined,
  state: READY,
  outputs: {},
  details,
});

const listName = (restApiId: string) => `gateway responses ${restApiId}`;

/** All that an API has, AWS's own among them: the answer has no pages. (API Gateway API: GetGatewayResponses.) */
async function list(account: Account, restApiId: string): Promise<GatewayResponse[]> {
  return await account.inventory.read(listName(restApiId), 1, async function* () {
    const found = await orAbsent(account.apiGateway.send(new GetGatewayResponsesCommand({ restApiId })));
    yield* found?.items ?? [];
  });
}

async function put(account: Account, desired: GatewayResponseDesired): Promise<void> {
  const command = new PutGatewayResponseCommand({
    restApiId: desired.restApiId,
    responseType: desired.type,
    statusCode: String(desired.statusCode),
    responseTemplates: { [JSON_TYPE]: desired.body },
    ...(desired.retryAfterSeconds > 0 && {
      responseParameters: { [RETRY_AFTER]: `'${desired.retryAfterSeconds}'` },
    }),
  });
  await account.inventory.change(listName(desired.restApiId), () => account.apiGateway.send(command));
}

/** What API Gateway answers by itself, made fit for senders: those who should try again are told so. */
export const gatewayResponse = defineKind<GatewayResponseDesired, Details>({
  removal: 'vanishes',
  async find(account, { restApiId, type }) {
    const found = (await list(account, restApiId)).find(({ responseType }) => responseType === type);
    // A response of AWS's own is listed as well.
    if (!found || found.defaultResponse) return undefined;
    const retryAfter = found.responseParameters?.[RETRY_AFTER]?.replaceAll("'", '');
    return actual(
      { restApiId, type },
      {
        statusCode: Number(found.statusCode ?? 0),
        body: found.responseTemplates?.[JSON_TYPE] ?? '',
        retryAfterSeconds: Number(retryAfter ?? 0),
      },
    );
  },
  owned: async () => [],
  compare: ({ details }, { restApiId: _, type: __, ...desired }) => differing(details, desired),
  async create(account, desired) {
    await put(account, desired);
    const { statusCode, body, retryAfterSeconds } = desired;
    return actual(desired, { statusCode, body, retryAfterSeconds });
  },
  update: (account, desired) => put(account, desired),
  async remove() {},
});
