import { expect, test } from 'vitest';
import { type AwsCall, isMutating, understand } from '../../../../local/proxy/aws-request.ts';
import { SAMPLE_CALLS } from './aws-calls.ts';
import { serveAws } from './aws-server.ts';

test.each(SAMPLE_CALLS)("$service:$action is recognised in its SDK client's request", async (sample) => {
  let seen: AwsCall | undefined;
  await using server = await serveAws((request) => {
    seen = understand(request);
    return { status: 200, headers: {}, body: Buffer.alloc(0) };
  });
  await sample.call(server.client).catch(() => {}); // an empty answer is none that the SDK understands
  expect(seen).toMatchObject({ service: sample.service, action: sample.action, accessKeyId: 'KEY' });
  expect(isMutating(sample.action)).toBe(sample.mutating);
});

test('a request without a signature is no AWS call', () => {
  const request = { method: 'GET', url: '/restapis', headers: {}, body: Buffer.alloc(0) };
  expect(understand(request)).toBeUndefined();
});
