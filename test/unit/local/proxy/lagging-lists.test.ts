import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AwsCall } from '../../../../local/proxy/aws-request.ts';
import { AS_REAL, DEFAULT_BEHAVIOUR } from '../../../../local/proxy/stand-ins/index.ts';
import { laggingLists } from '../../../../local/proxy/stand-ins/lagging-lists.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An account whose one list holds what was put into it. */
function account(behaviour = { ...DEFAULT_BEHAVIOUR, listLagMilliseconds: AS_REAL.listLagMilliseconds }) {
  const standIn = laggingLists(behaviour);
  const queues: Record<string, string[]> = {};
  const answer = (body: string) => ({ status: 200, headers: {}, body: Buffer.from(body) });
  const ask = async (action: string, name: string, region: string) => {
    const call: AwsCall = {
      service: 'sqs',
      region,
      action,
      accessKeyId: 'KEY',
      method: 'POST',
      url: '/',
      headers: {},
      body: Buffer.from(action.startsWith('List') ? '' : name),
    };
    queues[region] ??= [];
    const there = queues[region];
    const { body } = await standIn.answer(call, async () => {
      if (action === 'CreateQueue') there.push(name);
      if (action === 'DeleteQueue') there.splice(there.indexOf(name), 1);
      return answer(there.join());
    });
    return body.toString();
  };
  return {
    list: (region = 'us-east-1') => ask('ListQueues', '', region),
    get: (name: string) => ask('GetQueueUrl', name, 'us-east-1'),
    create: (name: string) => ask('CreateQueue', name, 'us-east-1'),
    delete: (name: string) => ask('DeleteQueue', name, 'us-east-1'),
  };
}

test('a list shows what was there five seconds ago: what was made since lacks, what was deleted since stays', async () => {
  const aws = account();
  expect(await aws.list()).toBe('');
  await aws.create('a');
  await vi.advanceTimersByTimeAsync(3000);
  expect(await aws.list()).toBe('');
  await aws.create('b');
  await vi.advanceTimersByTimeAsync(2500);
  expect(await aws.list()).toBe('a');
  await aws.delete('a');
  await vi.advanceTimersByTimeAsync(2600);
  expect(await aws.list()).toBe('a,b');
  await vi.advanceTimersByTimeAsync(2500);
  expect(await aws.list()).toBe('b');
});

test('it does so however long ago the list was asked for last', async () => {
  const aws = account();
  await aws.list();
  await vi.advanceTimersByTimeAsync(600_000);
  await aws.create('a');
  await vi.advanceTimersByTimeAsync(600_000);
  await aws.create('b');
  expect(await aws.list()).toBe('a');
});

test('a list that nobody has asked for before shows what was there then, until the lag is over', async () => {
  const aws = account();
  await aws.create('a');
  expect(await aws.list()).toBe('a');
  await aws.create('b');
  await vi.advanceTimersByTimeAsync(4000);
  expect(await aws.list()).toBe('a');
  await vi.advanceTimersByTimeAsync(1100);
  expect(await aws.list()).toBe('a,b');
});

test('one object that is asked for by its name is seen at once, and so is each region by itself', async () => {
  const aws = account();
  await aws.list();
  expect(await aws.list('eu-central-1')).toBe('');
  await aws.create('a');
  expect(await aws.get('a')).toBe('a');
  expect(await aws.list('eu-central-1')).toBe('');
});

test('without a lag all is seen at once', async () => {
  const aws = account(DEFAULT_BEHAVIOUR);
  await aws.list();
  await aws.create('a');
  expect(await aws.list()).toBe('a');
});
