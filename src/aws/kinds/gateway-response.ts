import {
  type GatewayResponseType,
  GetGatewayResponseCommand,
  PutGatewayResponseCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, READY } from '../object/kind.ts';

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

async function put(account: Account, desired: GatewayResponseDesired): Promise<void> {
  await account.apiGateway.send(
    new PutGatewayResponseCommand({
      restApiId: desired.restApiId,
      responseType: desired.type,
      statusCode: String(desired.statusCode),
      responseTemplates: { [JSON_TYPE]: desired.body },
      ...(desired.retryAfterSeconds > 0 && {
        responseParameters: { [RETRY_AFTER]: `'${desired.retryAfterSeconds}'` },
      }),
    }),
  );
}

/** What API Gateway answers by itself, made fit for senders: those who should try again are told so. */
export const gatewayResponse = defineKind<GatewayResponseDesired, Details>({
  removal: 110,
  async find(account, { restApiId, type }) {
    const found = await orAbsent(
      account.apiGateway.send(new GetGatewayResponseCommand({ restApiId, responseType: type })),
    );
    // A response of AWS's own is listed as well.
    if (!found || found.defaultResponse) return undefined;
    const retryAfter = found.responseParameters?.[RETRY_AFTER]?.replaceAll("'", '');
    return {
      id: `${restApiId}:${type}`,
      tags: undefined,
      state: READY,
      outputs: {},
      details: {
        statusCode: Number(found.statusCode ?? 0),
        body: found.responseTemplates?.[JSON_TYPE] ?? '',
        retryAfterSeconds: Number(retryAfter ?? 0),
      },
    };
  },
  // It goes with its API.
  owned: async () => [],
  compare: ({ details }, { restApiId: _, type: __, ...desired }) => differing(details, desired),
  create: (account, desired) => put(account, desired),
  update: (account, desired) => put(account, desired),
  async remove() {},
});
