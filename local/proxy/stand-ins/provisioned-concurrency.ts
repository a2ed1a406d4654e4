import {
  GetAliasCommand,
  GetProvisionedConcurrencyConfigCommand,
  ListAliasesCommand,
  type ProvisionedConcurrencyConfigListItem,
} from '@aws-sdk/client-lambda';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { errorResponse } from '../aws-error.ts';
import type { AwsCall, AwsResponse } from '../aws-request.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

interface Allocation {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The version that takes the traffic until then. */
  readonly before?: string | undefined;
}

/**
 * Provisioned concurrency takes a while, and an alias that has it moves only once it is there; MiniStack has it at once
 * and lists none.
 */
export function provisionedConcurrency({ lambda }: EmulatorClients, behaviour: RealisticBehaviour): StandIn {
  /** By function and alias. */
  const allocations = new Map<string, Allocation>();
  const under = (key: string) => {
    const allocation = allocations.get(key);
    return allocation && allocation.until > Date.now() ? allocation : undefined;
  };
  const begin = (key: string, before?: string) =>
    allocations.set(key, { until: Date.now() + behaviour.provisioningMilliseconds, before });

  const configurationOf = async (FunctionName: string, Qualifier: string | undefined) =>
    await lambda
      .send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }))
      .catch(() => undefined);

  async function list(FunctionName: string): Promise<ProvisionedConcurrencyConfigListItem[]> {
    const { Aliases = [] } = await lambda.send(new ListAliasesCommand({ FunctionName }));
    const configurations = Aliases.map(async ({ Name, AliasArn: FunctionArn }) => {
      const configuration = await configurationOf(FunctionName, Name);
      const state = under(`${FunctionName}:${Name}`) ? IN_PROGRESS : {};
      return configuration ? [{ ...configuration, ...state, FunctionArn }] : [];
    });
    return (await Promise.all(configurations)).flat();
  }

  async function moveAlias(call: AwsCall, next: () => Promise<AwsResponse>): Promise<AwsResponse> {
    const [FunctionName, Name] = targetOf(call);
    const { FunctionVersion } = JSON.parse(call.body.toString());
    if (FunctionVersion === undefined || !(await configurationOf(FunctionName, Name))) return next();
    const alias = await lambda.send(new GetAliasCommand({ FunctionName, Name }));
    const answer = await next();
    if (answer.status < 300) begin(`${FunctionName}:${Name}`, alias.FunctionVersion);
    return answer;
  }

  async function answer(call: AwsCall, next: () => Promise<AwsResponse>): Promise<AwsResponse> {
    const [functionName, qualifier] = targetOf(call);
    const key = `${functionName}:${qualifier}`;
    const allocation = under(key);
    switch (call.action) {
      case 'ListProvisionedConcurrencyConfigs': {
        const body = JSON.stringify({ ProvisionedConcurrencyConfigs: await list(functionName) });
        return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
      }
      case 'PutProvisionedConcurrencyConfig': {
        if (allocation?.before !== undefined) {
          const message = 'Alias with weights can not be used with Provisioned Concurrency';
          return errorResponse(call, 400, 'InvalidParameterValueException', message);
        }
        if (allocation) {
          return errorResponse(call, 409, 'ResourceConflictException', 'another operation is in progress');
        }
        const answered = await next();
        if (answered.status >= 300) return answered;
        begin(key);
        return withFields(answered, IN_PROGRESS);
      }
      case 'UpdateAlias':
        return await moveAlias(call, next);
      case 'GetAlias':
        return allocation?.before === undefined
          ? await next()
          : withFields(await next(), {
              RoutingConfig: { AdditionalVersionWeights: { [allocation.before]: 1 } },
            });
      default:
        return allocation ? withFields(await next(), IN_PROGRESS) : await next();
    }
  }

  return {
    calls: [
      'lambda:GetAlias',
      'lambda:GetProvisionedConcurrencyConfig',
      'lambda:ListProvisionedConcurrencyConfigs',
      'lambda:PutProvisionedConcurrencyConfig',
      'lambda:UpdateAlias',
    ],
    follows:
      'AWS Lambda API Reference, "PutProvisionedConcurrencyConfig": Status; the weights as in hashicorp/terraform-provider-aws#13329',
    answer,
  };
}

const IN_PROGRESS = { Status: 'IN_PROGRESS', AvailableProvisionedConcurrentExecutions: 0 } as const;

/** Function and alias, in `/functions/f/aliases/a` or `/functions/f/provisioned-concurrency?Qualifier=a`. */
function targetOf({ url }: AwsCall): [functionName: string, alias: string] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, functionName = '', alias = ''] = /\/functions\/([^/]+)\/[^/]+(?:\/([^/]+))?/.exec(pathname) ?? [];
  return [functionName, searchParams.get('Qualifier') ?? alias];
}

function withFields(answer: AwsResponse, fields: object): AwsResponse {
  if (answer.status >= 300) return answer;
  return {
    ...answer,
    body: Buffer.from(JSON.stringify({ ...JSON.parse(answer.body.toString()), ...fields })),
  };
}
