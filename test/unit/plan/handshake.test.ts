import { describe, expect, test } from 'vitest';
import { PRE_QUEUE_ENV } from '../../../handlers/contract.ts';
import type { RawRequest } from '../../../handlers/raw-request.ts';
import { sourceOf } from '../../../handlers/sources/index.ts';
import type { SpecInput } from '../api/specs.ts';
import { gitHubHeaders, NOW, post } from '../handlers/deliveries.ts';
import { desiredOf, inputOf, planOf } from './inputs.ts';

type Handshake = NonNullable<NonNullable<SpecInput['endpoint']>['handshake']>;

const GITHUB = { type: 'GitHub' as const, secretRefs: [{ name: 'a', key: 'b' }] };

/** What a function with this plan answers to a request. */
function ask(handshake: Handshake, request: RawRequest, source: SpecInput['source'] = {}) {
  const graph = planOf(inputOf({ endpoint: { handshake }, source }));
  const { environment } = desiredOf(graph, 'Function', 'pre-queue') as {
    environment: Record<string, string>;
  };
  const settings = JSON.parse(environment[PRE_QUEUE_ENV.source] ?? '');
  return sourceOf(settings).handshake?.(request, { settings, secrets: ['s'], now: NOW });
}

const request = (method: string, more: Partial<RawRequest> = {}): RawRequest => ({
  ...post({}),
  method,
  ...more,
});
const query = (name: string, ...values: string[]) => ({ query: new Map([[name, values]]) });
const json = (value: unknown) => ({ body: Buffer.from(JSON.stringify(value)) });

describe('a handshake that the user describes', () => {
  test('gives the challenge back as the body', () => {
    const challenge = { query: 'hub.challenge' };
    expect(ask({ method: 'GET', challenge }, request('GET', query('hub.challenge', '<a> b')))).toEqual({
      statusCode: 200,
      contentType: 'text/plain',
      headers: {},
      body: '<a> b',
    });
    const answer = { contentType: 'application/json', statusCode: 202 } as const;
    const asked = ask(
      { method: 'POST', challenge: { jsonPath: '$.c' }, answer },
      request('POST', json({ c: 7 })),
    );
    expect(asked).toMatchObject({ statusCode: 202, contentType: 'application/json', body: '7' });
  });

  test('gives it back in a member of JSON, or in a header', () => {
    const challenge = { jsonPath: '$.challenge' };
    const sent = request('POST', json({ challenge: 'a"b' }));
    expect(ask({ method: 'POST', challenge, answer: { jsonField: 'challenge' } }, sent)).toMatchObject({
      contentType: 'application/json',
      body: '{"challenge":"a\\"b"}',
    });
    const origin = new Map([['webhook-request-origin', ['sender.example']]]);
    expect(
      ask(
        {
          method: 'OPTIONS',
          challenge: { header: 'WebHook-Request-Origin' },
          answer: { header: 'WebHook-Allowed-Origin' },
        },
        request('OPTIONS', { headers: origin }),
      ),
    ).toMatchObject({ headers: { 'WebHook-Allowed-Origin': 'sender.example' }, body: '' });
  });

  test('puts nothing into a header that breaks it', () => {
    const handshake: Handshake = { method: 'GET', challenge: { query: 'a' }, answer: { header: 'X-A' } };
    for (const value of ['a\r\nSet-Cookie: b', 'a\u0000', 'ü'])
      expect(ask(handshake, request('GET', query('a', value)))).toBeUndefined();
    expect(ask(handshake, request('GET', query('a', 'b c')))).toMatchObject({ headers: { 'X-A': 'b c' } });
  });

  test('without a challenge is answered as it is', () => {
    expect(ask({ method: 'HEAD' }, request('HEAD'))).toMatchObject({ statusCode: 200, body: '' });
    expect(ask({ method: 'HEAD' }, request('GET'))).toBeUndefined();
  });

  test('is none without its challenge, with two, or in another method', () => {
    const handshake: Handshake = { method: 'GET', challenge: { query: 'c' } };
    expect(ask(handshake, request('GET'))).toBeUndefined();
    expect(ask(handshake, request('GET', query('c', 'a', 'b')))).toBeUndefined();
    expect(ask(handshake, request('POST', query('c', 'a')))).toBeUndefined();
  });

  test('is told from an event by what stands somewhere', () => {
    const handshake: Handshake = {
      method: 'POST',
      challenge: { jsonPath: '$.challenge' },
      when: { jsonPath: '$.type', value: 'verification' },
    };
    const asked = { challenge: 'c', type: 'verification' };
    expect(ask(handshake, request('POST', json(asked)))).toMatchObject({ body: 'c' });
    expect(ask(handshake, request('POST', json({ ...asked, type: 'event' })))).toBeUndefined();
    expect(ask(handshake, request('POST', json({ challenge: 'c' })))).toBeUndefined();
  });

  test('may have to be authentic', () => {
    const handshake: Handshake = { method: 'POST', challenge: { jsonPath: '$.c' }, signed: true };
    const body = '{"c":"d"}';
    const signed = (secret: string) => post(gitHubHeaders(body, secret), body);
    expect(ask(handshake, signed('s'), GITHUB)).toMatchObject({ body: 'd' });
    expect(ask(handshake, signed('another'), GITHUB)).toBeUndefined();
  });

  test('stands beside those of a type', () => {
    const source = { type: 'Dropbox' as const, secretRefs: [{ name: 'a', key: 'b' }] };
    const own = request('GET', query('challenge', 'theirs'));
    expect(ask({ method: 'HEAD' }, own, source)).toMatchObject({ body: 'theirs' });
    expect(ask({ method: 'HEAD' }, request('HEAD'), source)).toMatchObject({ statusCode: 200 });
    const slack = { type: 'Slack' as const, secretRefs: [{ name: 'a', key: 'b' }] };
    const verification = request('POST', json({ type: 'url_verification', challenge: 'c' }));
    expect(ask({ method: 'HEAD' }, verification, slack)).toEqual(ask({ method: 'GET' }, verification, slack));
  });
});
