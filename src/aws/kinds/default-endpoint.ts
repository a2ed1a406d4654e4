import {
  GetRestApiCommand,
  GetStageCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { orAbsent, RequeueAfter } from '../account/errors.ts';
import { READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { forgetRestApis } from './rest-api.ts';

export interface DefaultEndpointDesired {
  readonly restApiId: string;
  readonly stage: string;
  /** Whether it answers 403 to everybody. */
  readonly isClosed: boolean;
}

type Details = { readonly isClosed: boolean; readonly isClosedInStage: boolean };

/** Variable of the stage: which of the two senders were shown last. */
const VARIABLE = 'defaultEndpoint';
const CLOSED = 'closed';

/**
 * The address execute-api of a REST API, which is there by itself and can be closed. That takes effect when a setting of
 * a stage changes, which a variable is. (API Gateway: "Disable the default endpoint for REST APIs".)
 */
export const defaultEndpoint = defineKind<DefaultEndpointDesired, Details>({
  removal: 'vanishes',
  async find(account, { restApiId, stage }) {
    const [api, shown] = await Promise.all([
      orAbsent(account.apiGateway.send(new GetRestApiCommand({ restApiId }))),
      orAbsent(account.apiGateway.send(new GetStageCommand({ restApiId, stageName: stage }))),
    ]);
    if (!api || !shown) return undefined;
    return {
      id: restApiId,
      tags: undefined,
      state: READY,
      outputs: {},
      details: {
        // Emulators give the text back that a patch has.
        isClosed: String(api.disableExecuteApiEndpoint) === 'true',
        isClosedInStage: shown.variables?.[VARIABLE] === CLOSED,
      },
    };
  },
  owned: async () => [],
  compare: ({ details }, { isClosed }) => differing(details, { isClosed, isClosedInStage: isClosed }),
  async create(_, { restApiId }) {
    throw new RequeueAfter(1, `waits for the stage of ${restApiId}`);
  },
  async update(account, { restApiId, stage, isClosed }) {
    forgetRestApis(account);
    await account.apiGateway.send(
      new UpdateRestApiCommand({
        restApiId,
        patchOperations: [{ op: 'replace', path: '/disableExecuteApiEndpoint', value: String(isClosed) }],
      }),
    );
    await account.apiGateway.send(
      new UpdateStageCommand({
        restApiId,
        stageName: stage,
        patchOperations: [
          { op: 'replace', path: `/variables/${VARIABLE}`, value: isClosed ? CLOSED : 'open' },
        ],
      }),
    );
  },
  async remove() {},
});
