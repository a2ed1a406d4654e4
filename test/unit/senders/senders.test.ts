import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isProofHeader, PLACE, type SourceSettings } from '../../../handlers/contract.ts';
import type { RawRequest } from '../../../handlers/raw-request.ts';
import { sourceOf } from '../../../handlers/sources/index.ts';
import { secretProblems } from '../../../handlers/sources/secret-problems.ts';
import { senderPages } from '../../../scripts/generate-senders.ts';
import { webhookPipelineSpec } from '../../../src/api/v1alpha1.ts';
import { withSender } from '../../../src/senders/index.ts';
import type { Sender } from '../../../src/senders/sender.ts';
import { SENDERS } from '../../../src/senders/senders.ts';
import { post } from '../handlers/deliveries.ts';
import { deliver, keysOf, NOW, proofHeader } from './delivery.ts';

const ALL = Object.entries<Sender>(SENDERS).map(([type, sender]) => ({ type, sender }));

/** The same mutations in each run. */
const SEED = 20_260_102;

/** As the function reads it: the settings once through its environment. */
const settingsOf = (type: string): SourceSettings =>
  JSON.parse(JSON.stringify(withSender({ type, toleranceSeconds: 300 })));

const verdict = (type: string, request: RawRequest, secrets: readonly string[], now = NOW) => {
  const settings = settingsOf(type);
  return sourceOf(settings).verify(request, { settings, secrets, now });
};

const changed = (request: RawRequest, more: Partial<RawRequest>): RawRequest => ({ ...request, ...more });

function withHeader(request: RawRequest, name: string, value: string | undefined): RawRequest {
  const headers = new Map(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, [value]);
  return changed(request, { headers });
}

describe.each(ALL)('$type', ({ type, sender }) => {
  const { scheme } = sender;
  const keys = keysOf(scheme);
  const right = deliver(sender, keys);
  const proof = proofHeader(scheme);
  const signed = scheme.hmac ?? scheme.publicKey;
  const coversBody = (signed ?? scheme.jwt ?? scheme.standardWebhooks) !== undefined;

  test('takes a right delivery, by any of its secrets', () => {
    expect(secretProblems(settingsOf(type), [keys.secret])).toEqual([]);
    expect(verdict(type, right, [keys.secret])).toBe('authentic');
    if (scheme.publicKey === undefined) {
      expect(verdict(type, right, ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', keys.secret])).toBe('authentic');
    }
  });

  test('takes nothing with a wrong proof', { timeout: 60_000 }, () => {
    const other = scheme.publicKey ? [] : ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'];
    expect(verdict(type, right, other)).not.toBe('authentic');
    if (proof !== '')
      expect(verdict(type, withHeader(right, proof, undefined), [keys.secret])).not.toBe('authentic');
    const text = right.headers.get(proof)?.[0] ?? '';
    // Each mutation of the proof that isn't another spelling of it.
    const bytesOf = (header: string) =>
      Buffer.from(header.trim().slice(signed?.prefix?.length ?? 0), 'base64');
    const sameBytes = (value: string) =>
      (scheme.authorization === 'Basic' &&
        Buffer.from(value.slice(6), 'base64').equals(Buffer.from(text.slice(6), 'base64'))) ||
      (scheme.jwt !== undefined && sameToken(value, text)) ||
      (signed?.encoding === 'base64' && bytesOf(value).equals(bytesOf(text))) ||
      value.toLowerCase() === text.toLowerCase() ||
      value.trim() === text ||
      value.replaceAll(/[ =]/g, '') === text.replaceAll(/[ =]/g, '');
    fc.assert(
      fc.property(fc.nat(), fc.string({ maxLength: 3 }), fc.nat(2), (at, put, cut) => {
        const index = at % (text.length + 1);
        const value = text.slice(0, index) + put + text.slice(index + cut);
        if (proof === '' || sameBytes(value)) return;
        const found = verdict(type, withHeader(right, proof, value), [keys.secret]);
        if (found === 'authentic')
          expect(holdsRightPart(value, text, scheme.standardWebhooks ? ' ' : signed?.parts?.separator)).toBe(
            true,
          );
      }),
      { seed: SEED, numRuns: coversBody ? 2500 : 5000 },
    );
    if (!coversBody) return;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const body = Buffer.from(right.body);
        body[at % body.length] = (body[at % body.length] ?? 0) ^ bits;
        if (signed?.template?.includes('{form:*}')) return;
        expect(verdict(type, changed(right, { body }), [keys.secret])).not.toBe('authentic');
      }),
      { seed: SEED, numRuns: 2500 },
    );
  });

  test('says where things are in places that are known, and keeps no proof', () => {
    const { id, type: types = [], sentAt } = sender.event;
    for (const text of [...id, ...types, ...[sentAt?.at ?? []].flat()]) {
      for (const [, place = ''] of text.matchAll(/\{([^}]*)\}/g))
        expect(place).toMatch(new RegExp(`^(${PLACE.source})$`));
    }
    const source = sourceOf(settingsOf(type));
    if (proof !== '') expect(source.signatureHeaders).toContain(proof);
    expect(source.identityHeaders.filter(isProofHeader)).toEqual([]);
    const isAlwaysThere = id.includes('{bodySha256}') || id.some((text) => !text.includes('{json:'));
    if (isAlwaysThere && id.length > 0) expect(source.identify(right).id).toBeDefined();
  });

  test('never throws, whatever it gets', () => {
    const source = sourceOf(settingsOf(type));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.string(),
        fc.constantFrom('GET', 'POST', 'HEAD'),
        (bytes, value, method) => {
          const request = withHeader(
            changed(right, { body: Buffer.from(bytes), method }),
            proof || 'x',
            value,
          );
          const trust = { settings: settingsOf(type), secrets: [keys.secret], now: NOW };
          source.handshake?.(request, trust);
          source.verify(request, trust);
          source.identify(request);
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

const isTimed = ({ scheme }: Sender) =>
  (scheme.hmac ?? scheme.publicKey ?? scheme.bodyHmac)?.timestamp !== undefined ||
  scheme.standardWebhooks !== undefined ||
  // The other token that a sender of these sends has no time.
  scheme.jwt?.algorithm === 'ES256';

test.each(ALL.filter(({ sender }) => isTimed(sender)))(
  '$type is held to the time that it signs',
  ({ type, sender }) => {
    const keys = keysOf(sender.scheme);
    const right = deliver(sender, keys);
    const at = (milliseconds: number) =>
      verdict(type, right, [keys.secret], new Date(NOW.getTime() + milliseconds));
    expect(at(300_000)).toBe('authentic');
    expect(at(-300_000)).toBe('authentic');
    expect(at(301_000)).toBe('timestamp-too-old');
    expect(at(-301_000)).toBe('timestamp-in-future');
  },
);

/** Whether only the bits differ that a signature's last character has no use for. */
function sameToken(one: string, other: string): boolean {
  const [[text, digest = ''], [sameText, sameDigest = '']] = [one, other].map((token) =>
    token.split(/\.(?=[^.]*$)/),
  ) as [string[], string[]];
  return text === sameText && Buffer.from(digest, 'base64url').equals(Buffer.from(sameDigest, 'base64url'));
}

/** A header of parts, or one with blanks, that holds the whole right part still: base64 by its bytes. */
function holdsRightPart(value: string, text: string, separator = '\n'): boolean {
  const parts = (header: string) =>
    header.split(separator.trim() || separator).map((part) =>
      part
        .trim()
        .replace(/^v1,(.*)$/i, (_, digest: string) => `v1,${Buffer.from(digest, 'base64').toString('hex')}`)
        .toLowerCase(),
    );
  return parts(value).some((part) => parts(text).includes(part));
}

describe.each(ALL.filter(({ sender }) => sender.scheme.bodyHmac !== undefined))(
  '$type, signed within its body',
  ({ type, sender }) => {
    const keys = keysOf(sender.scheme);
    const right = deliver(sender, keys).body.toString();
    const verdictOf = (body: string) => verdict(type, post({}, body), [keys.secret]);
    const { items, signature, fields } = sender.scheme.bodyHmac ?? { signature: '', fields: [] };

    test('takes no change of what is signed, nor of its signature', { timeout: 60_000 }, () => {
      const leaf = (path: string) => path.split('.').at(-1) ?? '';
      fc.assert(
        fc.property(
          fc.constantFrom(signature, ...fields),
          fc.string({ minLength: 1, maxLength: 4 }),
          fc.boolean(),
          (path, put, first) => {
            const parts = right.split(`"${leaf(path)}":`);
            const at = first ? 1 : parts.length - 1;
            const value = /^("[^"]*"|\d+)/.exec(parts[at] ?? '')?.[0] ?? '';
            const other = JSON.stringify(`${value.replaceAll('"', '')}${put}`);
            parts[at] = `${other}${(parts[at] ?? '').slice(value.length)}`;
            expect(verdictOf(parts.join(`"${leaf(path)}":`))).not.toBe('authentic');
          },
        ),
        { seed: SEED, numRuns: 5000 },
      );
    });

    test('needs each item to be signed, and one at least', () => {
      expect(verdictOf('{}')).toBe('signature-missing');
      expect(verdictOf('[]')).toBe('signature-missing');
      expect(verdictOf('no JSON')).toBe('signature-missing');
      if (items === undefined) return;
      const body = JSON.parse(right);
      const list = items.slice(2);
      for (const wrong of [[], {}, [...body[list], {}], [...body[list], null]])
        expect(verdictOf(JSON.stringify({ ...body, [list]: wrong }))).toBe('signature-missing');
      expect(verdictOf(JSON.stringify({ ...body, [list]: body[list].slice(1) }))).toBe('authentic');
    });
  },
);

test('there are sixty senders and more, each with its page and a title of its own', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ALL.map(({ sender }) => sender.title)).size).toBe(ALL.length);
  for (const { sender } of ALL) expect(sender.page).toMatch(/^https:\/\/\S+$/);
});

test('a secret of Polar’s may be any text, and is a key as it stands or as the base64 that it is', () => {
  for (const secret of ['polar_whs_9f8e', 'AAAABBBBCCCCDDDD', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']) {
    expect(secretProblems(settingsOf('Polar'), [secret])).toEqual([]);
    const text = `whsec_${Buffer.from(secret).toString('base64')}`;
    const byText = deliver(SENDERS.Polar, { secret: text });
    expect(verdict('Polar', byText, [secret])).toBe('authentic');
    expect(verdict('Polar', byText, ['another text'])).toBe('signature-mismatch');
    // No other sender's is.
    expect(verdict('Resend', byText, [secret])).not.toBe('authentic');
  }
  // Whoever knows a public key would sign with its text.
  const known = `whpk_${Buffer.alloc(32, 7).toString('base64')}`;
  for (const secret of [known, `v1a,${known}`]) {
    const forged = deliver(SENDERS.Polar, { secret: `whsec_${Buffer.from(secret).toString('base64')}` });
    expect(verdict('Polar', forged, [secret])).toBe('signature-mismatch');
  }
  const byBase64 = deliver(SENDERS.Polar, { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
  expect(verdict('Polar', byBase64, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toBe('authentic');
});

test('the settings of each fit into an environment beside all else', () => {
  for (const { type } of ALL) expect(JSON.stringify(settingsOf(type)).length).toBeLessThan(1000);
});

test('the pages are those that are made of the data', () => {
  const pages = senderPages();
  expect(existsSync('docs/senders')).toBe(true);
  expect(readdirSync('docs/senders').sort()).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readFileSync(`docs/senders/${file}`, 'utf8'), file).toBe(text);
});

test('the sender that isn’t here is served as its section says', () => {
  const text = readFileSync('docs/senders/README.md', 'utf8');
  const manifest = parse(/^```yaml\n(.*?)^```$/ms.exec(text)?.[1] ?? '');
  const { source: settings } = webhookPipelineSpec.parse(manifest.spec);
  const shell = /^time=.*?(?=^```$)/ms.exec(text)?.[0] ?? '';
  // In place of curl: what it would send.
  const run = `curl() { printf '%s\\n' "$@"; }\nsecret='a b' url=-\n${shell}`;
  const words = execFileSync('bash', ['-euc', run], { encoding: 'utf8' }).split('\n');
  const headers = Object.fromEntries(
    words
      .filter((word) => word.startsWith('X-'))
      .map((word) => word.toLowerCase().split(': ') as [string, string]),
  );
  const body = words[words.indexOf('--data-raw') + 1] ?? '';
  const now = new Date(Number(headers['x-acme-time']) * 1000);
  const verdictOf = (sent: string) =>
    sourceOf(settings).verify(post(headers, sent), { settings, secrets: ['a b'], now });
  expect(verdictOf(body)).toBe('authentic');
  expect(verdictOf(`${body} `)).toBe('signature-mismatch');
  expect(sourceOf(settings).identify(post(headers, body)).id).toBe('1');
});

test('a question is answered, and only where it is asked rightly', () => {
  const ask = (type: string, members: object, secrets: string[], more: Partial<RawRequest> = {}) => {
    const sender: Sender = SENDERS[type as keyof typeof SENDERS];
    const settings = settingsOf(type);
    const request = {
      ...deliver(sender, keysOf(sender.scheme), members as Record<string, unknown>),
      ...more,
    };
    return sourceOf(settings).handshake?.(request, { settings, secrets, now: NOW });
  };
  const secretOf = (type: keyof typeof SENDERS) => keysOf((SENDERS[type] as Sender).scheme).secret;
  const zoom = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' } };
  expect(JSON.parse(String((ask('Zoom', zoom, [secretOf('Zoom')]) as { body: string }).body))).toEqual({
    plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
    encryptedToken: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  // While it is rotated, Zoom knows one of two.
  const encryptedBy = (secrets: string[]) =>
    JSON.parse(String((ask('Zoom', zoom, secrets) as { body: string }).body)).encryptedToken;
  expect(encryptedBy(['a new one', secretOf('Zoom')])).toBe(encryptedBy([secretOf('Zoom')]));
  // Whoever asks without a signature would else have anything signed.
  expect(ask('Zoom', zoom, ['another'])).toBeUndefined();
  expect(ask('Discord', { type: 1, id: '7' }, [secretOf('Discord')])).toMatchObject({ body: '{"type":1}' });
  expect(ask('Discord', { type: 0 }, [secretOf('Discord')])).toMatchObject({ statusCode: 204, body: '' });
  expect(ask('Discord', { type: 2, id: '7' }, [secretOf('Discord')])).toBeUndefined();
  expect(ask('Trello', {}, ['x'], { method: 'HEAD' })).toMatchObject({ statusCode: 200, body: '' });
  const form = 'application/x-www-form-urlencoded; charset=UTF-8';
  const ping = { body: Buffer.from('webhook_id=12'), headers: new Map([['content-type', [form]]]) };
  expect(ask('WooCommerce', {}, ['x'], ping)).toMatchObject({ statusCode: 200, body: '' });
  expect(ask('WooCommerce', { webhook_id: 12 }, ['x'])).toBeUndefined();
  // An event, of which the text would be a field of a form.
  expect(ask('WooCommerce', { permalink: 'https://example.com/?a=1&webhook_id=12' }, ['x'])).toBeUndefined();
  const query = new Map([['challenge', ['abc']]]);
  expect(ask('Dropbox', {}, ['x'], { method: 'GET', query })).toMatchObject({
    contentType: 'text/plain',
    body: 'abc',
  });
  expect(ask('Dropbox', {}, ['x'], { method: 'GET' })).toBeUndefined();
  expect(ask('Dropbox', {}, ['x'], { query })).toBeUndefined();
  const asked = (mode: string) =>
    new Map([
      ['hub.mode', [mode]],
      ['hub.topic', ['https://example.com/feed']],
      ['hub.challenge', ['abc']],
    ]);
  expect(ask('WebSub', {}, ['x'], { method: 'GET', query: asked('subscribe') })).toMatchObject({
    statusCode: 200,
    contentType: 'text/plain',
    body: 'abc',
  });
  // Whoever knows the URL would end the subscription at the hub.
  expect(ask('WebSub', {}, ['x'], { method: 'GET', query: asked('unsubscribe') })).toBeUndefined();
});

test('leave to send is given to whoever asks for it, and a secret that comes with a question is only given back', () => {
  const ask = (type: string, request: RawRequest, secrets: string[] = ['x']) => {
    const settings = settingsOf(type);
    return sourceOf(settings).handshake?.(request, { settings, secrets, now: NOW });
  };
  const origin = { ...post({ 'webhook-request-origin': 'eventgrid.azure.net' }), method: 'OPTIONS' };
  for (const type of ['CloudEvents', 'EventGrid']) {
    expect(ask(type, origin)).toMatchObject({
      statusCode: 200,
      headers: {
        'WebHook-Allowed-Origin': 'eventgrid.azure.net',
        'WebHook-Allowed-Rate': '*',
        Allow: 'POST',
      },
    });
    expect(ask(type, { ...post({}), method: 'OPTIONS' })).toBeUndefined();
  }
  const validation = [
    {
      id: '1',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' },
    },
  ];
  const asked = { ...post({}, JSON.stringify(validation)), query: new Map([['code', ['mine']]]) };
  expect(ask('EventGrid', asked, ['mine'])).toMatchObject({
    contentType: 'application/json',
    body: '{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}',
  });
  expect(ask('EventGrid', asked, ['another'])).toBeUndefined();
  expect(ask('Asana', post({ 'x-hook-secret': 'b537' }))).toMatchObject({
    statusCode: 200,
    headers: { 'X-Hook-Secret': 'b537' },
    body: '',
  });
  expect(verdict('Asana', post({ 'x-hook-secret': 'b537', 'x-hook-signature': 'b537' }), ['x'])).not.toBe(
    'authentic',
  );
});

test('a CloudEvent is known by its source and id, alone in a request', () => {
  const identity = (headers: Record<string, string>, body: unknown) =>
    sourceOf(settingsOf('CloudEvents')).identify(post(headers, JSON.stringify(body)));
  const time = '2026-01-02T03:04:05Z';
  const event = { specversion: '1.0', source: '/a', id: '1', type: 't', time };
  const known = { id: '/a|1', type: 't', sentAt: new Date(time) };
  expect(
    identity({ 'ce-source': '/a', 'ce-id': '1', 'ce-type': 't', 'ce-time': time }, { id: 'of the data' }),
  ).toMatchObject(known);
  expect(identity({ 'content-type': 'application/cloudevents+json' }, event)).toMatchObject(known);
});
