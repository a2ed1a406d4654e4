import { describe, expect, test } from 'vitest';
import { REVISION_ENV } from '../../../../handlers/contract.ts';
import { type AliasDesired, alias } from '../../../../src/aws/kinds/alias.ts';
import { type FunctionDesired, lambdaFunction } from '../../../../src/aws/kinds/function.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

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

const CODE = new Map([['sha', { sha256: 'sha', zip: async () => new Uint8Array([1]) }]]);

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
  await lambdaFunction.create(run.account, desired, OURS, OWNER, CODE);
  const { Code: _, FunctionName: __, Tags: ___, ...configuration } = run.inputs('CreateFunction')[0] ?? {};
  return {
    FunctionArn: 'arn:f',
    State: 'Active',
    CodeSha256: desired.codeSha256,
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    ...configuration,
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

  test('is made together with its first version, whose ARN is not its own', async () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:f';
    const run = aws({}, { CreateFunction: () => ({ FunctionArn: `${arn}:1`, Version: '1' }) });
    const { outputs } = await lambdaFunction.create(run.account, DESIRED, OURS, OWNER, CODE);
    expect(run.inputs('CreateFunction')).toEqual([expect.objectContaining({ Publish: true })]);
    expect(outputs.arn).toBe(arn);
  });

  test.each<[string, Partial<FunctionDesired>, string[]]>([
    ['its memory', { memoryMiB: 512 }, ['memoryMiB', 'environment']],
    ['a variable', { environment: { A: '2' } }, ['environment']],
    ['its code', { codeSha256: 'other' }, ['codeSha256', 'environment']],
    ['the role behind the name of its role', { roleId: 'AROA2' }, ['environment']],
  ])('gets another revision with %s', async (_, change, fields) => {
    expect((await differences(await made(), { ...DESIRED, ...change })).sort()).toEqual(fields.sort());
  });

  test.each([
    ['runtime', { Runtime: 'nodejs18.x' }],
    ['handler', { Handler: 'other.handler' }],
  ])('gets its %s back when someone changed it', async (field, change) => {
    const run = aws({ ...(await made()), ...change });
    const found = await lambdaFunction.find(run.account, DESIRED, OWNER);
    if (!found) throw new Error('it is there');
    expect(lambdaFunction.compare(found, DESIRED)).toEqual([field]);
    await lambdaFunction.update(run.account, DESIRED, found, OWNER);
    expect(run.inputs('UpdateFunctionConfiguration')).toMatchObject([
      { Runtime: 'nodejs24.x', Handler: 'index.handler' },
    ]);
  });

  test('is not made or changed without its code, which stands beside the graph', async () => {
    const run = aws({ ...(await made()), CodeSha256: 'old' });
    const found = await lambdaFunction.find(run.account, DESIRED, OWNER);
    if (!found) throw new Error('it is there');
    const message = 'the code with SHA-256 sha is not at hand';
    await expect(lambdaFunction.create(run.account, DESIRED, OURS, OWNER)).rejects.toThrow(message);
    await expect(lambdaFunction.update(run.account, DESIRED, found, OWNER)).rejects.toThrow(message);
    expect(run.writes()).toEqual([]);
  });

  test('gets its code first and its configuration after it: one change at a time', async () => {
    const run = aws({ ...(await made()), CodeSha256: 'old', MemorySize: 128 });
    const found = await lambdaFunction.find(run.account, DESIRED, OWNER);
    if (!found) throw new Error('it is there');
    await lambdaFunction.update(run.account, DESIRED, found, OWNER, CODE);
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

  test('that can not be seen whole is not taken for one of others, nor for one that differs', async () => {
    const untold = aws(await made(), {
      GetFunction: () => ({ Configuration: { FunctionArn: 'arn:f' }, TagsError: { Message: 'not allowed' } }),
    });
    await expect(lambdaFunction.find(untold.account, DESIRED, OWNER)).rejects.toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringContaining('lambda:ListTags'),
    });
    const unread = aws({ ...(await made()), Environment: { Error: { Message: 'KMS says no' } } });
    await expect(lambdaFunction.find(unread.account, DESIRED, OWNER)).rejects.toMatchObject({
      reason: 'EnvironmentUnreadable',
      message: expect.stringContaining('KMS says no'),
    });
  });

  test.each<[string, object]>([
    ['making', { State: 'Failed', StateReason: 'no address left' }],
    ['changing', { LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no address left' }],
  ])(
    'whose %s failed says why, is asked again with growing pauses, and takes another configuration at once',
    async (_, state) => {
      const run = aws({ ...(await made()), ...state });
      const mend = async (desired = DESIRED) => {
        const found = await lambdaFunction.find(run.account, desired, OWNER);
        if (!found) throw new Error('it is there');
        expect(lambdaFunction.compare(found, desired)).not.toEqual([]);
        await lambdaFunction.update(run.account, desired, found, OWNER, CODE);
      };
      const refusal = { reason: 'FunctionFailed', message: expect.stringContaining('no address left') };
      // Nobody remembers when it was asked last.
      await mend();
      await expect(mend()).rejects.toMatchObject(refusal);
      await run.clock.advance(60_000);
      await mend();
      await run.clock.advance(60_000);
      await expect(mend()).rejects.toMatchObject(refusal);
      await run.clock.advance(60_000);
      await mend();
      expect(run.writes()).toEqual(Array(3).fill('UpdateFunctionConfiguration'));

      const corrected = { ...DESIRED, memoryMiB: 512 };
      await mend(corrected);
      await expect(mend(corrected)).rejects.toMatchObject(refusal);
      // Its code waits for the configuration that may make it well.
      await mend({ ...corrected, codeSha256: 'other' });
      expect(run.writes()).toEqual(Array(5).fill('UpdateFunctionConfiguration'));
    },
  );

  test('in a zone that Lambda does not reach says so, and what to change', async () => {
    const run = aws(
      {},
      {
        CreateFunction: () =>
          refuse(
            'InvalidParameterValueException',
            "The provided subnets contain availability zone Lambda doesn't support.",
          ),
      },
    );
    const desired = { ...DESIRED, subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };
    await expect(lambdaFunction.create(run.account, desired, OURS, OWNER, CODE)).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'ZoneNotSupported',
      message: expect.stringContaining('subnet-1'),
    });
  });

  test('that Lambda gave up can still be removed', async () => {
    const { account } = aws(
      { State: 'Failed', StateReason: 'no address left' },
      { ListFunctions: () => ({ Functions: [{ FunctionName: `${OWNER.prefix}-f` }] }) },
    );
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
      CODE,
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
  const WANTED: AliasDesired = {
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
  const move = async ({ account }: ReturnType<typeof lambda>, wanted = WANTED) => {
    const found = await alias.find(account, wanted, OWNER);
    if (!found) throw new Error('it is there');
    expect(alias.compare(found, wanted)).toEqual(['revision']);
    await alias.update(account, wanted, found, OWNER);
  };

  test('moves to a version that has answered its check, and keeps the one before', async () => {
    const run = lambda();
    await move(run);
    expect(run.inputs('Invoke')[0]).toMatchObject({ FunctionName: 'f', Qualifier: '3' });
    expect(run.inputs('UpdateAlias')).toEqual([{ FunctionName: 'f', Name: 'live', FunctionVersion: '3' }]);
    expect(run.inputs('DeleteFunction')).toEqual([{ FunctionName: 'f', Qualifier: '1' }]);
  });

  describe('that Lambda weights for its provisioned concurrency', () => {
    const weighted = (Status: string, more: Script = {}) =>
      lambda({
        GetAlias: () => ({
          FunctionVersion: '2',
          AliasArn: 'arn:f:live',
          RoutingConfig: { AdditionalVersionWeights: { 1: 1 } },
        }),
        GetProvisionedConcurrencyConfig: () => ({ Status }),
        ...more,
      });

    // READY may still speak of the version before.
    test.each(['IN_PROGRESS', 'READY'])('is waited for while its environments are %s', async (status) => {
      const found = await alias.find(weighted(status).account, WANTED, OWNER);
      expect(found?.state).toMatchObject({ is: 'pending', why: expect.stringContaining('version before') });
      expect(found?.outputs, 'the gateway goes on calling it').toMatchObject({ arn: 'arn:f:live' });
    });

    test('has them taken off where they stay beside environments that have been ready for long', async () => {
      const run = weighted('READY');
      await alias.find(run.account, WANTED, OWNER);
      await run.clock.advance(300_000);
      expect((await alias.find(run.account, WANTED, OWNER))?.state.is).toBe('ready');
    });

    test.each<[string, Script]>([
      ['have FAILED', {}],
      [
        'are not asked for any more',
        { GetProvisionedConcurrencyConfig: () => refuse('ProvisionedConcurrencyConfigNotFoundException') },
      ],
    ])('takes all traffic to its version once they %s', async (_, more) => {
      const run = weighted('FAILED', more);
      const found = await alias.find(run.account, { ...WANTED, revision: 'old' }, OWNER);
      if (!found) throw new Error('it is there');
      expect(found.state.is).toBe('ready');
      expect(alias.compare(found, { ...WANTED, revision: 'old' })).toEqual(['weighted']);
      await alias.update(run.account, WANTED, found, OWNER);
      expect(run.inputs('UpdateAlias')).toEqual([
        { FunctionName: 'f', Name: 'live', RoutingConfig: { AdditionalVersionWeights: {} } },
      ]);
      expect(run.writes(), 'it moves on the next look').toEqual(['UpdateAlias']);
    });
  });

  test('waits where Lambda is still at an earlier change of it, and keeps all versions', async () => {
    const run = lambda({
      UpdateAlias: () => refuse('ResourceConflictException', 'another operation is in progress'),
    });
    await expect(move(run)).rejects.toMatchObject({ name: 'RequeueAfter' });
    expect(run.inputs('DeleteFunction')).toEqual([]);
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
      { name: 'FunctionFailure', message: expect.stringContaining('too slow') },
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

  describe('of a function with code of its user’s own', () => {
    const ownCode = 'key "a" of ConfigMap "b" (spec.preQueue.code)';
    test.each<[string, Script, string]>([
      [
        'which says that it does not load',
        {
          Invoke: () =>
            answer({ nami: 'pre-queue', problems: [{ code: true, message: 'it exports nothing' }] }),
        },
        `${ownCode}: it exports nothing`,
      ],
      [
        'which ends the process',
        {
          Invoke: () =>
            answer(
              { errorType: 'Runtime.ExitError', errorMessage: 'exit 3' },
              { FunctionError: 'Unhandled' },
            ),
        },
        `${ownCode}: the function doesn't start with it: f failed its check: Runtime.ExitError: exit 3`,
      ],
      [
        'which never answers',
        { Invoke: () => refuse('TimeoutError', 'no answer in 35000 ms') },
        expect.stringContaining(`${ownCode}: the function came to no end`),
      ],
      [
        'which uses up the time of the function',
        {
          Invoke: () =>
            answer({ errorType: 'Sandbox.Timedout', errorMessage: 'x' }, { FunctionError: 'Unhandled' }),
        },
        expect.stringContaining(`${ownCode}: the function came to no end`),
      ],
      [
        'which says more than it should',
        {
          Invoke: () =>
            answer(
              { errorType: 'TypeError', errorMessage: 'no https://crm:hunter2@crm.example/' },
              { FunctionError: 'Unhandled' },
            ),
        },
        'f failed its check: TypeError: no https://crm.example/',
      ],
    ])('does not move to a version %s', async (_, script, message) => {
      const run = lambda(script);
      await expect(move(run, { ...WANTED, ownCode })).rejects.toMatchObject({
        reason: 'CodeInvalid',
        message,
      });
      expect(run.inputs('UpdateAlias')).toEqual([]);
    });

    test.each([
      ['TooManyRequestsException', 'rate exceeded'],
      ['TimeoutError', 'Socket timed out without establishing a connection within 5000 ms'],
    ])('is not blamed for AWS’s own failures: %s', async (name, message) => {
      const run = lambda({ Invoke: () => refuse(name, message) });
      await expect(move(run, { ...WANTED, ownCode })).rejects.toMatchObject({ name });
    });

    test('is not asked again and again when it was refused, but for a while, or in another version', async () => {
      let version = 3;
      const run = lambda({
        PublishVersion: () => ({ Version: String(version), State: 'Active', ...environment('new') }),
        Invoke: () => answer({ nami: 'pre-queue', problems: [{ code: true, message: 'no' }] }),
      });
      const asked = async () => {
        await expect(move(run, { ...WANTED, ownCode })).rejects.toMatchObject({ reason: 'CodeInvalid' });
        return run.inputs('Invoke').length;
      };
      expect(await asked()).toBe(1);
      expect(await asked()).toBe(1);
      await run.clock.advance(120_000);
      expect(await asked()).toBe(2);
      version = 4;
      expect(await asked()).toBe(3);
      expect(await asked()).toBe(3);
    });
  });
});
