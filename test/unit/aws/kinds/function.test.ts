import { describe, expect, test } from 'vitest';
import { REVISION_ENV } from '../../../../handlers/contract.ts';
import { alias } from '../../../../src/aws/kinds/alias.ts';
import { type FunctionDesired, lambdaFunction } from '../../../../src/aws/kinds/function.ts';
import { OURS, OWNER } from '../fake-kinds.ts';
import { type Script, scripted } from './scripted-account.ts';

const DESIRED: FunctionDesired = {
  name: 'f',
  description: 'a function',
  roleArn: 'arn:role',
  roleId: 'AROA1',
  memoryMiB: 256,
  timeoutSeconds: 10,
  architecture: 'arm64',
  environment: { A: '1' },
  codeSha256: 'sha',
  subnetIds: [],
  securityGroupIds: [],
  logGroup: '/aws/lambda/f',
};

const aws = (configuration: object, more: Script = {}) =>
  scripted({
    GetFunction: () => ({ Configuration: configuration, Tags: OURS }),
    UpdateFunctionCode: () => ({}),
    UpdateFunctionConfiguration: () => ({}),
    CreateFunction: () => ({}),
    ...more,
  });

/** The function as AWS would list it after it was made as wanted. */
async function made(desired = DESIRED) {
  const run = aws({});
  await lambdaFunction.create(run.account, desired, OURS, OWNER);
  const { MemorySize, Timeout, Role, Description, Environment, LoggingConfig, Architectures } =
    run.inputs('CreateFunction')[0] ?? {};
  return {
    FunctionArn: 'arn:f',
    State: 'Active',
    CodeSha256: desired.codeSha256,
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    ...{ MemorySize, Timeout, Role, Description, Environment, LoggingConfig, Architectures },
  };
}
const differences = async (configuration: object, desired = DESIRED) => {
  const found = await lambdaFunction.find(aws(configuration).account, desired, OWNER);
  if (!found) throw new Error('it is there');
  return lambdaFunction.compare(found, desired);
};

describe('a function', () => {
  test('that was made as wanted differs in nothing', async () => {
    expect(await differences(await made())).toEqual([]);
  });

  test.each<[string, Partial<FunctionDesired>, string[]]>([
    ['its memory', { memoryMiB: 512 }, ['memoryMiB', 'environment']],
    ['a variable', { environment: { A: '2' } }, ['environment']],
    ['its code', { codeSha256: 'other' }, ['codeSha256', 'environment']],
    ['the role behind the name of its role', { roleId: 'AROA2' }, ['environment']],
  ])('gets another revision with %s', async (_, change, fields) => {
    expect((await differences(await made(), { ...DESIRED, ...change })).sort()).toEqual(fields.sort());
  });

  test('gets its code first and its configuration after it: one change at a time', async () => {
    const run = aws({ ...(await made()), CodeSha256: 'old', MemorySize: 128 });
    const found = await lambdaFunction.find(run.account, DESIRED, OWNER);
    if (!found) throw new Error('it is there');
    await lambdaFunction.update(run.account, DESIRED, found, OWNER);
    expect(run.writes()).toEqual(['UpdateFunctionCode']);
  });

  test.each<[string, object, string]>([
    ['is being made', { State: 'Pending' }, 'pending'],
    ['is being changed', { LastUpdateStatus: 'InProgress' }, 'pending'],
    ['sleeps in its VPC', { State: 'Inactive' }, 'ready'],
  ])('that %s is %s', async (_, state, is) => {
    const { account } = aws({ ...(await made()), ...state });
    expect(await lambdaFunction.find(account, DESIRED, OWNER)).toMatchObject({ state: { is } });
  });

  test('that Lambda gave up says why, and can still be removed', async () => {
    const { account } = aws(
      { State: 'Failed', StateReason: 'no address left' },
      { ListFunctions: () => ({ Functions: [{ FunctionName: `${OWNER.prefix}-f` }] }) },
    );
    await expect(lambdaFunction.find(account, DESIRED, OWNER)).rejects.toThrow('no address left');
    expect(await lambdaFunction.owned(account, OWNER)).toHaveLength(1);
  });

  test('whose environment is too large is refused with its size, not its values', async () => {
    const secret = 'hunter2'.repeat(700);
    const run = aws({});
    const making = lambdaFunction.create(
      run.account,
      { ...DESIRED, environment: { S: secret } },
      OURS,
      OWNER,
    );
    const error: Error = await making.then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({
      reason: 'EnvironmentTooLarge',
      message: expect.stringMatching(/\d{4} bytes/),
    });
    expect(error.message).not.toContain('hunter2');
    expect(run.writes()).toEqual([]);
  });
});

describe('the alias', () => {
  const WANTED = {
    functionName: 'f',
    name: 'live',
    revision: 'new',
    secretNames: ['key "a" of Secret "s"', 'key "b" of Secret "s"'],
  };
  const environment = (revision: string) => ({ Environment: { Variables: { [REVISION_ENV]: revision } } });
  const answer = (body: object, more: object = {}) => ({
    Payload: Buffer.from(JSON.stringify(body)),
    ...more,
  });
  const lambda = (more: Script = {}) =>
    scripted({
      GetAlias: () => ({ FunctionVersion: '2', AliasArn: 'arn:f:live' }),
      GetFunctionConfiguration: () => environment('old'),
      PublishVersion: () => ({ Version: '3', ...environment('new') }),
      Invoke: () => answer({ nami: 'pre-queue', problems: [] }),
      UpdateAlias: () => ({}),
      ListVersionsByFunction: () => ({
        Versions: ['$LATEST', '1', '2', '3'].map((Version) => ({ Version })),
      }),
      DeleteFunction: () => ({}),
      ...more,
    });
  const move = async ({ account }: ReturnType<typeof lambda>) => {
    const found = await alias.find(account, WANTED, OWNER);
    if (!found) throw new Error('it is there');
    expect(alias.compare(found, WANTED)).toEqual(['revision']);
    await alias.update(account, WANTED, found, OWNER);
  };

  test('moves to a version that has answered its check, and keeps the one before', async () => {
    const run = lambda();
    await move(run);
    expect(run.inputs('Invoke')[0]).toMatchObject({ FunctionName: 'f', Qualifier: '3' });
    expect(run.inputs('UpdateAlias')).toEqual([{ FunctionName: 'f', Name: 'live', FunctionVersion: '3' }]);
    expect(run.inputs('DeleteFunction')).toEqual([{ FunctionName: 'f', Qualifier: '1' }]);
  });

  test.each<[string, Script, object]>([
    [
      'whose code does not load',
      {
        Invoke: () =>
          answer(
            { errorType: 'Runtime.ImportModuleError', errorMessage: 'x' },
            { FunctionError: 'Unhandled' },
          ),
      },
      { reason: 'CodeInvalid' },
    ],
    ['that answers something else', { Invoke: () => answer({ statusCode: 200 }) }, { reason: 'CodeInvalid' }],
    [
      'that can’t use its secret',
      { Invoke: () => answer({ nami: 'pre-queue', problems: [{ secret: 1, message: 'is not base64' }] }) },
      { reason: 'SettingsInvalid', message: 'key "b" of Secret "s" is not base64' },
    ],
    [
      'that fails for another reason',
      {
        Invoke: () =>
          answer({ errorType: 'Sandbox.Timedout', errorMessage: 'too slow' }, { FunctionError: 'Unhandled' }),
      },
      { name: 'Error', message: expect.stringContaining('too slow') },
    ],
    [
      'that is not made yet',
      { PublishVersion: () => ({ Version: '3', State: 'Pending', ...environment('new') }) },
      { name: 'RequeueAfter' },
    ],
    [
      'of a function that changed meanwhile',
      { PublishVersion: () => ({ Version: '3', ...environment('newer') }) },
      { name: 'RequeueAfter' },
    ],
  ])('does not move to a version %s', async (_, script, error) => {
    const run = lambda(script);
    await expect(move(run)).rejects.toMatchObject(error);
    expect(run.inputs('UpdateAlias')).toEqual([]);
    expect(run.inputs('DeleteFunction')).toEqual([]);
  });
});
