import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SourceSettings } from '../../../../handlers/contract.ts';
import { receive } from '../../../../handlers/pre-queue/receive.ts';
import { type RefusalReason, refusal } from '../../../../handlers/pre-queue/responses.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { NOW, post, trust } from '../deliveries.ts';
import { inSmallMemory } from '../small-memory.ts';

/** What Lambda takes, once the gateway has put it into base64. */
const LARGEST = 4_500_000;
const SECRET = 'the secret';
const SECONDS = Math.floor(NOW.getTime() / 1000);

const brackets = Buffer.alloc(LARGEST, '[');
const objects = Buffer.from(`[${'{},'.repeat(LARGEST / 3 - 1)}{}]`);
const question = (body: string) => Buffer.from(`{"type":"url_verification","challenge":"c","x":${body}}`);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const parse = vi.spyOn(JSON, 'parse');
afterEach(() => {
  parse.mockClear();
});

type Request = ReturnType<typeof post>;

function take(request: Request, source: SourceSettings = trust('None', []).settings) {
  const receipt = receive(request, { source, secrets: [SECRET] }, NOW, 'the delivery');
  return receipt.kind === 'refused' ? receipt.reason : receipt;
}

const settings = (type: SourceSettings['type'], more: Partial<SourceSettings> = {}) => ({
  ...trust(type, []).settings,
  ...more,
});

const signedBySlack = (body: Buffer) => ({
  'x-slack-request-timestamp': String(SECONDS),
  'x-slack-signature': `v0=${createHmac('sha256', SECRET).update(`v0:${SECONDS}:`).update(body).digest('hex')}`,
});

describe('a body of anyone', () => {
  const unsigned = { 'x-twilio-signature': Buffer.alloc(20).toString('base64') };
  const form = (fields: number) =>
    Buffer.from(Array.from({ length: fields }, (_, index) => `n${index}=1`).join('&'));

  test.each<[string, SourceSettings['type'], Buffer, RefusalReason]>([
    ['a form of many fields', 'Twilio', form(400_000), 'body-too-complex'],
    ['a large form', 'Twilio', Buffer.alloc(LARGEST, 'a'), 'body-too-complex'],
    ['a form of one field with many signs', 'Twilio', Buffer.alloc(1024 * 1024, '='), 'signature-mismatch'],
    ['nothing but brackets', 'MicrosoftGraph', brackets, 'body-too-complex'],
    ['many objects', 'MicrosoftGraph', objects, 'body-too-complex'],
    ['many notifications', 'MicrosoftGraph', Buffer.from(`{"value":${objects}}`), 'body-too-complex'],
    ['a deep question', 'Slack', question(nested(2_000_000)), 'signature-missing'],
    [
      'a deep question, within what a question may have',
      'Slack',
      question(nested(30_000)),
      'signature-missing',
    ],
    ['many objects', 'Slack', question(String(objects)), 'signature-missing'],
    ['nothing but brackets', 'Stripe', brackets, 'signature-missing'],
    ['nothing but brackets', 'Jira', brackets, 'signature-missing'],
    ['nothing but brackets', 'X', brackets, 'signature-missing'],
    ['nothing but brackets', 'Meta', brackets, 'signature-missing'],
    ['nothing but brackets', 'Okta', brackets, 'token-missing'],
  ])('%s for %s is not parsed', (_, type, body, reason) => {
    expect(take(post(unsigned, body), settings(type))).toBe(reason);
    expect(parse).not.toHaveBeenCalled();
  });

  test('is told that it is too large where that is why, and no more', () => {
    const codes = { rejectedStatusCode: 401, unavailableStatusCode: 503 };
    expect(refusal('body-too-complex', codes)).toMatchObject({
      statusCode: 413,
      body: '{"error":"too large"}',
    });
  });

  test('is not parsed with a question that its query or headers ask', () => {
    const asked: [SourceSettings['type'], Partial<Request>][] = [
      ['X', { query: new Map([['crc_token', ['t']]]) }],
      ['Okta', { headers: new Map([['x-okta-verification-challenge', ['c']]]) }],
      [
        'Meta',
        {
          query: new Map(
            Object.entries({ 'hub.mode': ['subscribe'], 'hub.verify_token': ['t'], 'hub.challenge': ['c'] }),
          ),
        },
      ],
      ['MicrosoftGraph', { method: 'POST', query: new Map([['validationToken', ['t']]]) }],
    ];
    for (const [type, change] of asked)
      take({ ...post({}, brackets), method: 'GET', ...change }, settings(type));
    expect(parse).not.toHaveBeenCalled();
  });

  test('takes little memory', async () => {
    const grownMiB = await inSmallMemory<number>(
      64,
      `import { receive } from './handlers/pre-queue/receive.ts';
      import { withSender } from './src/senders/index.ts';
      const form = Buffer.from(Array.from({ length: 400_000 }, (_, index) => 'n' + index + '=1').join('&'));
      const brackets = Buffer.alloc(${LARGEST}, '[');
      const question = Buffer.from('{"type":"url_verification","challenge":' + brackets);
      const headers = new Map([['x-twilio-signature', [Buffer.alloc(20).toString('base64')]]]);
      const before = process.resourceUsage().maxRSS;
      for (const [type, body] of [['Twilio', form], ['MicrosoftGraph', brackets], ['Slack', question]]) {
        const request = { method: 'POST', url: 'https://example.com/', query: new Map(), headers, body };
        receive(request, { source: withSender({ type, toleranceSeconds: 300 }), secrets: ['a'] }, new Date(), 'id');
      }
      console.log((process.resourceUsage().maxRSS - before) / 1024);`,
    );
    expect(grownMiB).toBeLessThan(32);
  });
});

describe('a large body that is authentic', () => {
  test('is accepted, though what is in it is not looked for', () => {
    const body = question(nested(500_000));
    expect(take(post(signedBySlack(body), body), settings('Slack'))).toMatchObject({
      kind: 'accepted',
      envelope: {
        identity: `sha256:${sha256Hex(body)}`,
        eventType: undefined,
        attemptedAt: new Date(SECONDS * 1000),
      },
    });
    const signature = createHmac('sha256', SECRET).update(`${SECONDS}.`).update(objects).digest('hex');
    const headers = { 'stripe-signature': `t=${SECONDS},v1=${signature}` };
    expect(take(post(headers, objects), settings('Stripe'))).toMatchObject({
      kind: 'accepted',
      envelope: { identity: `sha256:${sha256Hex(objects)}`, eventType: undefined },
    });
    expect(parse).not.toHaveBeenCalled();
  });

  test('of few values is parsed all the same', () => {
    const notification = { clientState: SECRET, encryptedContent: 'x'.repeat(LARGEST - 200) };
    const body = JSON.stringify({ value: [notification] });
    expect(take(post({}, body), settings('MicrosoftGraph'))).toMatchObject({ kind: 'accepted' });
  });

  test('of as many notifications as a sender may have gathered is parsed', () => {
    const resourceData = {
      '@odata.type': '#Microsoft.Graph.Message',
      '@odata.id': 'Users/1/Messages/1',
      '@odata.etag': 'W/1',
      id: '1',
    };
    const notification = {
      subscriptionId: '1',
      changeType: 'created',
      clientState: SECRET,
      resource: 'users/1',
      tenantId: '1',
      resourceData,
    };
    expect(
      take(post({}, JSON.stringify({ value: Array(4000).fill(notification) })), settings('MicrosoftGraph')),
    ).toMatchObject({
      kind: 'accepted',
    });
    expect(
      take(post({}, JSON.stringify({ value: Array(5000).fill(notification) })), settings('MicrosoftGraph')),
    ).toBe('body-too-complex');
  });

  test('has its hash as identity where that would be at a path in it', () => {
    const source = settings('None', { eventId: { jsonPath: '$.id' } });
    const identityOf = (body: string | Buffer) => {
      const receipt = take(post({}, body), source);
      return typeof receipt === 'object' && receipt.kind === 'accepted' ? receipt.envelope.identity : receipt;
    };
    expect(identityOf(brackets)).toBe(`sha256:${sha256Hex(brackets)}`);
    expect(identityOf(objects)).toBe(`sha256:${sha256Hex(objects)}`);
    expect(parse).not.toHaveBeenCalled();
    expect(identityOf(`{"id":"1","x":${nested(99)}}`)).toBe('1');
    const deeper = `{"id":"1","x":${nested(100)}}`;
    expect(identityOf(deeper)).toBe(`sha256:${sha256Hex(deeper)}`);
    expect(identityOf('no JSON')).toBe('the delivery');
  });
});
