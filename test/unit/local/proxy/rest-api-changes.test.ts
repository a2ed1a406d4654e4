import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AS_REAL, DEFAULT_BEHAVIOUR } from '../../../../local/proxy/stand-ins/index.ts';
import { restApiChanges } from '../../../../local/proxy/stand-ins/rest-api-changes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function asking(
  behaviour = { ...DEFAULT_BEHAVIOUR, restApiChangeMilliseconds: AS_REAL.restApiChangeMilliseconds },
) {
  const standIn = restApiChanges(behaviour);
  return async (action: string, url: string, service = 'apigateway') => {
    const call = {
      service,
      region: 'us-east-1',
      action,
      accessKeyId: 'KEY',
      method: 'PUT',
      url,
      headers: {},
      body: Buffer.alloc(0),
    };
    const answer = await standIn.answer(call, async () => ({ status: 201, headers: {}, body: call.body }));
    const { message } = JSON.parse(answer.body.toString() || '{}');
    return message === undefined ? answer.status : `${answer.headers['x-amzn-errortype']}: ${message}`;
  };
}

const REFUSED =
  'ConflictException: Unable to complete operation due to concurrent modification. Please try again later.';

test('a second change of a REST API is refused while the first is under way', async () => {
  const ask = asking();
  const answers = [
    ask('PutMethod', '/restapis/a/resources/r/methods/ANY'),
    ask('CreateDeployment', '/restapis/a/deployments?x=y'),
    ask('CreateDeployment', '/restapis/b/deployments'),
    ask('GetResources', '/restapis/a/resources'),
    ask('TagResource', '/tags/a'),
    ask('PutObject', '/restapis/a', 's3'),
  ];
  await vi.advanceTimersByTimeAsync(1000);
  expect(await Promise.all(answers)).toEqual([201, REFUSED, 201, 201, 201, 201]);
});

test('the next comes through once the first is answered', async () => {
  const ask = asking();
  for (const action of ['PutMethod', 'PutIntegration']) {
    const answer = ask(action, '/restapis/a/resources/r');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await answer).toBe(201);
  }
});

test('any number is taken where that is not asked for', async () => {
  const ask = asking(DEFAULT_BEHAVIOUR);
  const answers = [ask('PutMethod', '/restapis/a/resources/r'), ask('PutMethod', '/restapis/a/resources/s')];
  expect(await Promise.all(answers)).toEqual([201, 201]);
});
