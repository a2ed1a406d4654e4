import { expect, test } from 'vitest';
import { oneMappingAPair } from '../../../../local/proxy/stand-ins/one-mapping-a-pair.ts';

type Clients = Parameters<typeof oneMappingAPair>[0];

async function answered(mappings: readonly object[]) {
  const lambda = { send: async () => ({ EventSourceMappings: mappings }) } as unknown as Clients['lambda'];
  const call = {
    service: 'lambda',
    region: 'us-east-1',
    action: 'CreateEventSourceMapping',
    accessKeyId: 'KEY',
    method: 'POST',
    url: '/2015-03-31/event-source-mappings',
    headers: {},
    body: Buffer.from(JSON.stringify({ EventSourceArn: 'arn:queue', FunctionName: 'arn:function' })),
  };
  return await oneMappingAPair({ lambda }).answer(call, async () => ({
    status: 202,
    headers: {},
    body: call.body,
  }));
}

test('a second mapping of the same queue and function is refused', async () => {
  const { status, headers, body } = await answered([{ UUID: 'u-1' }]);
  expect([status, headers['x-amzn-errortype']]).toEqual([409, 'ResourceConflictException']);
  expect(body.toString()).toContain('UUID u-1');
});

test('the first is made', async () => {
  expect(await answered([])).toMatchObject({ status: 202 });
});
