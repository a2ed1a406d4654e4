import { describe, expect, test } from 'vitest';
import {
  type ProvisionedConcurrencyDesired,
  provisionedConcurrency,
} from '../../../../src/aws/kinds/provisioned-concurrency.ts';
import { rfc3339 } from '../../../../src/clock.ts';
import { FakeClock } from '../../fake-clock.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const DESIRED: ProvisionedConcurrencyDesired = { functionName: 'f', alias: 'live', executions: 20 };

const aws = (configuration: object = {}, more: Script = {}) =>
  scripted({
    GetProvisionedConcurrencyConfig: () => ({
      RequestedProvisionedConcurrentExecutions: 20,
      Status: 'READY',
      ...configuration,
    }),
    PutProvisionedConcurrencyConfig: () => ({}),
    DeleteProvisionedConcurrencyConfig: () => ({}),
    ...more,
  });

async function findIn({ account }: ReturnType<typeof aws>, desired = DESIRED) {
  const found = await provisionedConcurrency.find(account, desired, OWNER);
  if (!found) throw new Error('it is there');
  return { found, differences: provisionedConcurrency.compare(found, desired) };
}

describe('provisioned concurrency', () => {
  test('that AWS does not know is absent, and is put on the alias', async () => {
    const run = aws(
      {},
      { GetProvisionedConcurrencyConfig: () => refuse('ProvisionedConcurrencyConfigNotFoundException') },
    );
    expect(await provisionedConcurrency.find(run.account, DESIRED, OWNER)).toBeUndefined();
    await provisionedConcurrency.create(run.account, DESIRED, OURS, OWNER);
    expect(run.inputs('PutProvisionedConcurrencyConfig')).toEqual([
      { FunctionName: 'f', Qualifier: 'live', ProvisionedConcurrentExecutions: 20 },
    ]);
  });

  test('that is ready differs in nothing but another number', async () => {
    expect((await findIn(aws())).differences).toEqual([]);
    expect((await findIn(aws(), { ...DESIRED, executions: 21 })).differences).toEqual(['executions']);
  });

  test('that is being allocated is looked at again, and says how far it is', async () => {
    const { found } = await findIn(
      aws({ Status: 'IN_PROGRESS', AvailableProvisionedConcurrentExecutions: 7 }),
    );
    expect(found.state).toEqual({ is: 'pending', why: '7 of 20 environments are ready', seconds: 5 });
  });

  describe('that Lambda gave up', () => {
    const failed = (secondsAgo: number) => {
      const LastModified = rfc3339(new FakeClock().now() - secondsAgo * 1000);
      return aws({ Status: 'FAILED', StatusReason: 'FUNCTION_ERROR_INIT_FAILURE', LastModified });
    };

    test('says why, and is left alone for a while', async () => {
      const run = failed(60);
      const { found, differences } = await findIn(run);
      expect(differences).toEqual(['status']);
      await expect(provisionedConcurrency.update(run.account, DESIRED, found, OWNER)).rejects.toMatchObject({
        name: 'BackoffError',
        reason: 'ProvisioningFailed',
        message: expect.stringMatching(/lower provisionedConcurrency .*FUNCTION_ERROR_INIT_FAILURE/),
      });
      expect(run.writes()).toEqual([]);
    });

    test.each([
      ['after that while', 301, DESIRED],
      ['at once when another number is wanted', 60, { ...DESIRED, executions: 5 }],
    ])('is asked for again %s', async (_, secondsAgo, desired) => {
      const run = failed(secondsAgo);
      const { found } = await findIn(run, desired);
      await provisionedConcurrency.update(run.account, desired, found, OWNER);
      expect(run.writes()).toEqual(['PutProvisionedConcurrencyConfig']);
    });
  });

  test('that the account has no room for is refused with what to change', async () => {
    const says =
      "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].";
    const run = aws(
      {},
      { PutProvisionedConcurrencyConfig: () => refuse('InvalidParameterValueException', says) },
    );
    await expect(provisionedConcurrency.create(run.account, DESIRED, OURS, OWNER)).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'ProvisioningRefused',
      message: expect.stringMatching(/lower provisionedConcurrency .*UnreservedConcurrentExecution/),
    });
  });

  test.each([
    [
      'the alias still moves',
      'Alias with weights can not be used with Provisioned Concurrency',
      { name: 'InvalidParameterValueException' },
    ],
    [
      'its reservation is changed at the same time',
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      { name: 'BackoffError', reason: 'ConcurrencyRefused' },
    ],
  ])('is not refused for good while %s', async (_, says, error) => {
    const run = aws(
      {},
      { PutProvisionedConcurrencyConfig: () => refuse('InvalidParameterValueException', says) },
    );
    await expect(provisionedConcurrency.create(run.account, DESIRED, OURS, OWNER)).rejects.toMatchObject(
      error,
    );
  });

  test.each(['PutProvisionedConcurrencyConfig', 'DeleteProvisionedConcurrencyConfig'])(
    'waits with %s for an earlier change of it',
    async (command) => {
      const run = aws({}, { [command]: () => refuse('ResourceConflictException') });
      const { found } = await findIn(run);
      const change = command.startsWith('Put')
        ? provisionedConcurrency.update(run.account, { ...DESIRED, executions: 5 }, found, OWNER)
        : provisionedConcurrency.remove(run.account, found, OWNER);
      await expect(change).rejects.toMatchObject({ name: 'RequeueAfter', seconds: 5 });
    },
  );

  test('of the owner is listed on every alias and version of its functions, and goes from there', async () => {
    const name = `${OWNER.prefix}-f`;
    const run = aws(
      {},
      {
        ListFunctions: () => ({ Functions: [{ FunctionName: name }, { FunctionName: 'other' }] }),
        ListProvisionedConcurrencyConfigs: () => ({
          ProvisionedConcurrencyConfigs: ['live', '3'].map((qualifier) => ({
            FunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}:${qualifier}`,
            Status: 'READY',
          })),
        }),
      },
    );
    const owned = await provisionedConcurrency.owned(run.account, OWNER);
    expect(owned.map(({ id }) => id)).toEqual([`${name}:live`, `${name}:3`]);
    expect(run.inputs('ListProvisionedConcurrencyConfigs')).toEqual([{ FunctionName: name }]);
    for (const found of owned) await provisionedConcurrency.remove(run.account, found, OWNER);
    expect(run.inputs('DeleteProvisionedConcurrencyConfig')).toEqual([
      { FunctionName: name, Qualifier: 'live' },
      { FunctionName: name, Qualifier: '3' },
    ]);
  });

  test('of a function that has just gone is none', async () => {
    const run = aws(
      {},
      {
        ListFunctions: () => ({ Functions: [{ FunctionName: `${OWNER.prefix}-f` }] }),
        ListProvisionedConcurrencyConfigs: () => refuse('ResourceNotFoundException'),
      },
    );
    expect(await provisionedConcurrency.owned(run.account, OWNER)).toEqual([]);
  });
});
