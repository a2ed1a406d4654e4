import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { parsePolicy } from '../wire/policy.ts';

export interface PermissionDesired {
  readonly functionName: string;
  readonly alias: string;
  /** What may call, such as the ARN of one route. */
  readonly sourceArn: string;
}

type Details = { readonly sourceArn: string };

const STATEMENT = 'gateway';

const actual = (
  { functionName, alias }: Omit<PermissionDesired, 'sourceArn'>,
  sourceArn: string,
): Actual<Details> => ({
  id: `${functionName}:${alias}`,
  tags: undefined,
  state: READY,
  outputs: {},
  details: { sourceArn },
});

async function add(account: Account, { functionName, alias, sourceArn }: PermissionDesired): Promise<void> {
  await unlessThere(
    account.lambda.send(
      new AddPermissionCommand({
        FunctionName: functionName,
        Qualifier: alias,
        StatementId: STATEMENT,
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: sourceArn,
      }),
    ),
  );
  noteCaller(account, { functionName, alias, sourceArn });
}

async function find(
  account: Account,
  { functionName, alias }: Omit<PermissionDesired, 'sourceArn'>,
): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(
    account.lambda.send(new GetPolicyCommand({ FunctionName: functionName, Qualifier: alias })),
  );
  const statement = parsePolicy(found?.Policy).find(({ Sid }) => Sid === STATEMENT);
  if (!statement) return undefined;
  const condition = statement.Condition?.ArnLike ?? statement.Condition?.ArnEquals;
  const source = condition?.['AWS:SourceArn'] ?? condition?.['aws:SourceArn'];
  const sourceArn = typeof source === 'string' ? source : '';
  noteCaller(account, { functionName, alias, sourceArn });
  return actual({ functionName, alias }, sourceArn);
}

/** Seconds for which it is believed what may call an alias, and that nothing may. */
const CALLER_SECONDS = 60;
const NO_CALLER_SECONDS = 15;

const callerName = (functionName: string, alias: string) => `caller of ${functionName}:${alias}`;

/** What was asked for, or read, serves whoever asks for the caller. */
const noteCaller = ({ inventory }: Account, { functionName, alias, sourceArn }: PermissionDesired): void =>
  inventory.note(callerName(functionName, alias), CALLER_SECONDS, [sourceArn]);

/** ARN of the routes that may call an alias, as seen a moment ago; nothing where there is no alias, or none may. */
export async function callerOf(
  account: Account,
  functionName: string,
  alias: string,
): Promise<string | undefined> {
  const name = callerName(functionName, alias);
  const load = async function* () {
    const permission = await find(account, { functionName, alias });
    if (permission) yield permission.details.sourceArn;
  };
  const [found] = await account.inventory.read(name, CALLER_SECONDS, load, NO_CALLER_SECONDS);
  return found;
}

/** The same where somebody saw it a moment ago: no call is made for it. */
export async function knownCallerOf(
  { inventory }: Account,
  functionName: string,
  alias: string,
): Promise<string | undefined> {
  const [found] = (await inventory.fresh<string>(callerName(functionName, alias))) ?? [];
  return found;
}

/** Lets API Gateway call an alias, from one route. */
export const permission = defineKind<PermissionDesired, Details>({
  removal: 'vanishes',
  find,
  owned: async () => [],
  compare: ({ details }, { sourceArn }) => differing(details, { sourceArn }),
  async create(account, desired) {
    await add(account, desired);
    return actual(desired, desired.sourceArn);
  },
  async update(account, desired) {
    await orGone(
      account.lambda.send(
        new RemovePermissionCommand({
          FunctionName: desired.functionName,
          Qualifier: desired.alias,
          StatementId: STATEMENT,
        }),
      ),
    );
    await add(account, desired);
  },
  async remove() {},
});
