import { expect, test } from 'vitest';
import type { AwsCall } from '../../../../local/proxy/aws-request.ts';
import { Faults } from '../../../../local/proxy/faults.ts';

const call: AwsCall = {
  service: 'sqs',
  region: 'us-east-1',
  action: 'CreateQueue',
  accessKeyId: 'KEY',
  method: 'POST',
  url: '/',
  headers: {},
  body: Buffer.from('{"QueueName":"q"}'),
};

test('a fault happens once unless said otherwise', () => {
  const faults = new Faults();
  const fault = faults.add({ kind: 'unreachable' });
  expect(faults.take(call)).toMatchObject([{ kind: 'unreachable' }]);
  expect(faults.take(call)).toEqual([]);
  expect(fault.used).toBe(1);
});

test.each([
  ['another service', { service: 'lambda' }],
  ['another action', { service: 'sqs', action: 'DeleteQueue' }],
  ['a call that does not match', { match: ({ body }: AwsCall) => body.includes('other') }],
])('a fault for %s leaves the call alone', (_, target) => {
  const faults = new Faults();
  const fault = faults.add({ ...target, kind: 'unreachable' });
  expect(faults.take(call)).toEqual([]);
  expect(fault.used).toBe(0);
});

test('delays add up and come before another fault, and a third waits for the next call', () => {
  const faults = new Faults();
  faults.add({ kind: 'delay', milliseconds: 10, times: Number.POSITIVE_INFINITY });
  faults.add({ kind: 'error', status: 400, code: 'One' });
  faults.add({ kind: 'error', status: 400, code: 'Two' });
  expect(faults.take(call)).toMatchObject([{ kind: 'delay' }, { code: 'One' }]);
  expect(faults.take(call)).toMatchObject([{ kind: 'delay' }, { code: 'Two' }]);
  expect(faults.take(call)).toMatchObject([{ kind: 'delay' }]);
});

test('a removed fault does not happen', () => {
  const faults = new Faults();
  faults.add({ kind: 'unreachable' }).remove();
  faults.add({ kind: 'dropResponse' });
  faults.clear();
  expect(faults.take(call)).toEqual([]);
});
