import { expect, test } from 'vitest';
import { readSettings } from '../../../../handlers/pre-queue/settings.ts';
import { withSender } from '../../../../src/senders/index.ts';

const source = withSender({ type: 'GitHub', toleranceSeconds: 300 });
const hmacSource = {
  type: 'HMAC',
  toleranceSeconds: 60,
  hmac: { header: 'X-Sig', algorithm: 'sha512', encoding: 'base64', prefix: 'v1=', template: '{body}' },
  eventId: { jsonPath: '$.id' },
};
const response = {
  statusCode: 202,
  contentType: 'application/json',
  body: '{"received":true}',
  rejectedStatusCode: 401,
  unavailableStatusCode: 503,
};
const environment = {
  NAMI_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/queue',
  NAMI_SOURCE: JSON.stringify(source),
  NAMI_SECRETS: '["first","second"]',
  NAMI_RESPONSE: JSON.stringify(response),
};

test('a whole environment is read', () => {
  expect(readSettings(environment)).toEqual({
    kind: 'ready',
    settings: { source, response, secrets: ['first', 'second'] },
  });
});

test('all that a source says about its sender is read', () => {
  const configuration = readSettings({ ...environment, NAMI_SOURCE: JSON.stringify(hmacSource) });
  expect(configuration).toMatchObject({ kind: 'ready', settings: { source: hmacSource } });
});

test('an empty environment names all that is missing', () => {
  const configuration = readSettings({});
  expect(configuration).toEqual({
    kind: 'broken',
    problems: Object.keys(environment).map((name) => ({ message: `${name} is missing or malformed` })),
  });
});

test.each([
  ['NAMI_QUEUE_URL', 'queue'],
  ['NAMI_SOURCE', '{"type":"Nobody","toleranceSeconds":300}'],
  ['NAMI_SOURCE', '{"type":"toString","toleranceSeconds":300}'],
  ['NAMI_SOURCE', '{"type":"GitHub"}'],
  ['NAMI_SOURCE', '{"type":"GitHub","toleranceSeconds":-1}'],
  ['NAMI_SOURCE', 'null'],
  ['NAMI_SOURCE', '{"type":"HMAC","toleranceSeconds":300}'],
  ['NAMI_SOURCE', '{"type":"HMAC","toleranceSeconds":300,"hmac":{"header":"X-Sig"}}'],
  ['NAMI_SOURCE', JSON.stringify({ ...hmacSource, hmac: { ...hmacSource.hmac, algorithm: 'md5' } })],
  ['NAMI_SOURCE', JSON.stringify({ ...hmacSource, hmac: { ...hmacSource.hmac, headers: ['X-Sig', 1] } })],
  ['NAMI_SOURCE', '{"type":"PublicKey","toleranceSeconds":300}'],
  ['NAMI_SOURCE', JSON.stringify({ ...hmacSource, type: 'PublicKey', publicKey: hmacSource.hmac })],
  ['NAMI_SOURCE', '{"type":"JWT","toleranceSeconds":300}'],
  ['NAMI_SOURCE', '{"type":"JWT","toleranceSeconds":300,"jwt":{"header":"X-A","algorithm":"none"}}'],
  ['NAMI_SECRETS', '["hush", 1]'],
  ['NAMI_SECRETS', '"hush"'],
  ['NAMI_SECRETS', '["hush'],
  ['NAMI_RESPONSE', 'null'],
  ['NAMI_RESPONSE', JSON.stringify({ ...response, body: 1 })],
  ['NAMI_RESPONSE', JSON.stringify({ ...response, statusCode: 99 })],
  ['NAMI_RESPONSE', JSON.stringify({ ...response, rejectedStatusCode: '401' })],
])('%s=%s is a problem, which doesn’t repeat the value', (name, value) => {
  const problems = [{ message: `${name} is missing or malformed` }];
  expect(readSettings({ ...environment, [name]: value })).toEqual({ kind: 'broken', problems });
});

test('a signed source without a secret, or with one that can’t be used, is a problem', () => {
  expect(readSettings({ ...environment, NAMI_SECRETS: '[]' })).toMatchObject({ kind: 'broken' });
  expect(readSettings({ ...environment, NAMI_SECRETS: '["good","bad\\n"]' })).toEqual({
    kind: 'broken',
    problems: [{ secret: 1, message: expect.stringContaining('white space') }],
  });
});
