import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SQS_MESSAGE_BYTES } from '../../../../handlers/contract.ts';
import { decodeEnvelope } from '../../../../handlers/envelope.ts';
import { receive } from '../../../../handlers/pre-queue/receive.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { withSender } from '../../../../src/senders/index.ts';
import { gitHubHeaders, NOW, post, trust } from '../deliveries.ts';

const SECRET = 'rotated out';
const ID = '0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5';
const gitHub = { source: trust('GitHub', []).settings, secrets: ['the new one', SECRET] };
const none = { source: trust('None', []).settings, secrets: [] };
const take = (request: ReturnType<typeof post>, settings: Parameters<typeof receive>[1] = gitHub) =>
  receive(request, settings, NOW, ID);

describe('an authentic delivery', () => {
  test('becomes an envelope with what is known of the event', () => {
    const headers = {
      ...gitHubHeaders('{"a":1}', SECRET),
      'content-type': 'application/json',
      'user-agent': 'x',
    };
    const receipt = take(post(headers, '{"a":1}'));
    expect(receipt).toMatchObject({
      kind: 'accepted',
      envelope: {
        id: ID,
        receivedAt: NOW,
        source: 'GitHub',
        identity: '4711:72d3162e-cc78-11e3-81ab-4c9367dc0958',
        eventType: 'push',
        contentType: 'application/json',
        headers: {
          'x-github-hook-id': ['4711'],
          'x-github-delivery': ['72d3162e-cc78-11e3-81ab-4c9367dc0958'],
          'x-github-event': ['push'],
          'user-agent': ['x'],
        },
        body: Buffer.from('{"a":1}'),
      },
    });
    if (receipt.kind !== 'accepted') throw new Error('not accepted');
    expect(decodeEnvelope(receipt.message)).toEqual({ ...receipt.envelope, sentAt: undefined });
    expect(receipt.message).not.toContain('sha256=');
  });

  test('may have an empty body', () => {
    expect(take(post(gitHubHeaders('', SECRET), '')).kind).toBe('accepted');
    expect(take(post({}, ''), none).kind).toBe('accepted');
  });

  test('of a source without identities is an event of its own', () => {
    expect(take(post({}, '{}'), none)).toMatchObject({
      kind: 'accepted',
      envelope: { source: 'None', identity: ID },
    });
  });

  test.each(['a#b', 'with space', 'ünï', 'x'.repeat(300)])(
    'with the strange identity %j is stored by its hash',
    (id) => {
      const headers = { ...gitHubHeaders('{}', SECRET), 'x-github-delivery': id };
      expect(take(post(headers, '{}'))).toMatchObject({
        envelope: { identity: `sha256:${sha256Hex(`4711:${id}`)}` },
      });
    },
  );
});

describe('a body that its sender compressed', () => {
  const plain = '{"id":"evt_1","type":"t"}';
  const body = gzipSync(plain);
  const compressed = { 'content-encoding': 'gzip' };

  test('is verified over the bytes that were sent, and goes on as they are', () => {
    const receipt = take(post({ ...gitHubHeaders(body, SECRET), ...compressed }, body));
    expect(receipt).toMatchObject({ kind: 'accepted', envelope: { contentEncoding: 'gzip', body } });
    if (receipt.kind !== 'accepted') throw new Error('not accepted');
    expect(receipt.envelope.headers).not.toHaveProperty('content-encoding');
    expect(decodeEnvelope(receipt.message)).toMatchObject({ contentEncoding: 'gzip', body });
  });

  test('and signed before that is not authentic: what is signed must be what is sent', () => {
    const receipt = take(post({ ...gitHubHeaders(plain, SECRET), ...compressed }, body));
    expect(receipt).toEqual({ kind: 'refused', reason: 'signature-mismatch' });
  });

  test('is known again by its bytes, where the identity would be in them', () => {
    const settings = { ...none, source: { ...none.source, eventId: { jsonPath: '$.id' } } };
    const identityOf = (headers: Record<string, string>, bytes: string | Buffer) => {
      const receipt = take(post(headers, bytes), settings);
      return receipt.kind === 'accepted' && receipt.envelope.identity;
    };
    expect(identityOf(compressed, body)).toBe(`sha256:${sha256Hex(body)}`);
    // Unpacked on its way by something that left the header.
    expect(identityOf(compressed, plain)).toBe('evt_1');
    expect(identityOf({ 'content-encoding': 'identity' }, 'no JSON')).toBe(ID);
  });

  test('is refused where it must be read to be verified', () => {
    const graph = { source: trust('MicrosoftGraph', []).settings, secrets: ['s'] };
    expect(take(post(compressed, body), graph)).toEqual({ kind: 'refused', reason: 'body-too-complex' });
  });
});

test('a delivery that may bring several events says how, and is known by its bytes until they are told apart', () => {
  const eventId = { each: '$.events', jsonPath: '$.id' };
  const receipt = take(post({}, '{"events":[]}'), { ...none, source: { ...none.source, eventId } });
  if (receipt.kind !== 'accepted') throw new Error('not accepted');
  expect(decodeEnvelope(receipt.message)).toMatchObject({
    identity: `sha256:${sha256Hex('{"events":[]}')}`,
    batch: { each: '$.events', event: { id: ['{json:$.id}'] } },
  });
});

test('a delivery that may be a list or one event is what it is', () => {
  const sender = { ...withSender({ type: 'CloudEvents', toleranceSeconds: 300 }), only: { types: ['a'] } };
  const taken = (body: string, headers = {}) => {
    const request = post({ authorization: 'Bearer s', ...headers }, body);
    const receipt = take(request, { ...none, source: sender, secrets: ['s'] });
    if (receipt.kind !== 'accepted') throw new Error('not accepted');
    return { ...decodeEnvelope(receipt.message), isUnwanted: receipt.isUnwanted };
  };
  const batch = { each: '$', ifList: true };
  for (const body of ['[{"source":"/s","id":"1","type":"b"}]', '\n [ ]'])
    expect(taken(body)).toMatchObject({ batch, isUnwanted: false, identity: `sha256:${sha256Hex(body)}` });
  const one = { batch: undefined, only: undefined, identity: '/s|1', isUnwanted: true };
  expect(taken('{"source":"/s","id":"1","type":"b","data":[]}')).toMatchObject(one);
  // Binary mode: the list is what the event is about.
  expect(taken('[1,2]', { 'ce-source': '/s', 'ce-id': '1', 'ce-type': 'b' })).toMatchObject(one);
  for (const body of ['', ' ', 'text'])
    expect(taken(body)).toMatchObject({ batch: undefined, identity: `sha256:${sha256Hex(body)}` });
});

test('of what may be several events none is left out by what stands around them, and it is passed on which are wanted', () => {
  const only = { jsonPath: '$.kind', values: ['paid'] };
  const body = '{"kind":"news","events":[{"kind":"paid"}]}';
  const taken = (eventId: object) =>
    take(post({}, body), { ...none, source: { ...none.source, only, eventId } });
  expect(taken({ each: '$.events' })).toMatchObject({
    kind: 'accepted',
    isUnwanted: false,
    envelope: { only },
  });
  expect(taken({ bodySha256: true })).toMatchObject({ kind: 'accepted', isUnwanted: true });
});

describe('refused is', () => {
  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post', ''])('method %j', (method) => {
    const request = { ...post(gitHubHeaders('{}', SECRET), '{}'), method };
    expect(take(request)).toEqual({ kind: 'refused', reason: 'method-not-allowed' });
  });

  test('what is not authentic, before its size is looked at', () => {
    const body = randomBytes(2_000_000);
    expect(take(post(gitHubHeaders(body, 'wrong'), body))).toEqual({
      kind: 'refused',
      reason: 'signature-mismatch',
    });
    expect(take(post({}, '{}'))).toEqual({ kind: 'refused', reason: 'signature-missing' });
  });

  test.each(['x-hub-signature-256', 'x-github-delivery', 'x-github-hook-id', 'x-github-event'])(
    'a delivery with two different values of %s, though one of them is right',
    (name) => {
      const headers = gitHubHeaders('{}', SECRET);
      const right = headers[name] ?? '';
      for (const values of [
        [right, 'other'],
        ['other', right],
        [right, ''],
      ]) {
        expect(take(post({ ...headers, [name]: values }, '{}'))).toEqual({
          kind: 'refused',
          reason: 'header-repeated',
        });
      }
      expect(take(post({ ...headers, [name]: [right, right] }, '{}')).kind).toBe('accepted');
    },
  );

  test('a delivery that doesn’t fit into a message; the largest that fits is accepted', () => {
    const size = (bytes: number) => {
      const receipt = take(post({}, randomBytes(bytes)), none);
      return receipt.kind === 'accepted' ? receipt.message.length : receipt.kind;
    };
    const overhead = Number(size(3000)) - 4000;
    const largest = Math.floor((SQS_MESSAGE_BYTES - overhead) / 4) * 3;
    expect(size(largest)).toBeLessThanOrEqual(SQS_MESSAGE_BYTES);
    expect(size(largest)).toBeGreaterThan(SQS_MESSAGE_BYTES - 4);
    expect(size(largest + 1)).toBe('refused');
    expect(take(post({}, randomBytes(largest + 1)), none)).toEqual({
      kind: 'refused',
      reason: 'message-too-large',
    });
  });

  test('a large body that compresses well fits all the same', () => {
    const receipt = take(post({}, Buffer.alloc(4_500_000, '{"a":1},')), none);
    expect(receipt.kind).toBe('accepted');
  });
});

test('whatever comes, something is decided, and nothing unsigned is accepted', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'x-hub-signature-256',
      'x-github-delivery',
      'x-github-hook-id',
      'content-type',
      '__proto__',
    ),
    fc.string(),
  );
  const headers = fc.array(fc.tuple(name, fc.array(fc.string({ unit: 'binary' }), { minLength: 1 })));
  fc.assert(
    fc.property(headers, fc.uint8Array(), fc.constantFrom('POST', 'GET'), (entries, body, method) => {
      const request = { ...post({}, Buffer.from(body)), headers: new Map(entries), method };
      expect(take(request).kind).toBe('refused');
      const receipt = take(request, none);
      expect(receipt.kind).toBe(method === 'POST' ? 'accepted' : 'refused');
      if (receipt.kind === 'accepted')
        expect(decodeEnvelope(receipt.message).body).toEqual(Buffer.from(body));
    }),
    { numRuns: 1000 },
  );
});
