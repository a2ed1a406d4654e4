import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clientTokens } from '../../../../local/proxy/stand-ins/client-tokens.ts';
import { AS_REAL } from '../../../../local/proxy/stand-ins/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY = 86_400_000;

/** An EC2 that makes something new at each call; `state` is that of all instances. */
function ec2(state: string) {
  const Reservations = [{ Instances: [{ State: { Name: state } }] }];
  const standIn = clientTokens({ ec2: { send: async () => ({ Reservations }) } } as never, { ...AS_REAL });
  let made = 0;
  return async (Action: string, ClientToken: string, more = {}) => {
    const call = {
      service: 'ec2',
      region: 'us-east-1',
      action: Action,
      accessKeyId: 'KEY',
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(new URLSearchParams({ Action, ClientToken, ...more }).toString()),
    };
    const body = () => Buffer.from(`<instanceId>i-${++made}</instanceId>`);
    const answer = await standIn.answer(call, async () => ({ status: 200, headers: {}, body: body() }));
    return /<(?:instanceId|Code)>([^<]+)</.exec(answer.body.toString())?.[1];
  };
}

test.each(['RunInstances', 'CreateVolume', 'CreateRouteTable'])(
  '%s with one token makes one',
  async (action) => {
    const ask = ec2('running');
    expect([await ask(action, 't'), await ask(action, 't'), await ask(action, 'u')]).toEqual([
      'i-1',
      'i-1',
      'i-2',
    ]);
    expect(await ask(action, 't', { Size: '9' })).toBe('IdempotentParameterMismatch');
  },
);

test('a token whose instance has ended is refused for a day, however long ago that is listed no more', async () => {
  const ask = ec2('terminated');
  await ask('RunInstances', 't');
  await vi.advanceTimersByTimeAsync(DAY - 1000);
  expect(await ask('RunInstances', 't')).toBe('IdempotentInstanceTerminated');
  await vi.advanceTimersByTimeAsync(1000);
  expect(await ask('RunInstances', 't')).toBe('i-2');
});
