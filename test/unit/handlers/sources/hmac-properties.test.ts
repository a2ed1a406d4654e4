import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HmacSettings, SourceSettings, TimestampFormat } from '../../../../handlers/contract.ts';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { NOW } from '../deliveries.ts';

const RUNS = 4000;
const GARBAGE_RUNS = 2000;
const PUBLIC_URL = "https://hooks.example/in/it's?tenant=7&b=%7b";
const CALLED_URL = 'https://x.execute-api.eu-west-1.amazonaws.com/live/nami/orders';
const SECRETS = {
  text: ['first', 'zweiter – ü', '0123'],
  hex: ['00ff', 'C0FFEE', '0123456789abcdef'],
  base64: ['AAECAw==', '//79', 'c2VjcmV0'],
} as const;

/** Placeholders that need no time, with what they stand for in the delivery below. */
const FILLED: Readonly<Record<string, (body: string, url: string) => string>> = {
  '{method}': () => 'POST',
  '{url}': (_, url) => url,
  '{path}': (_, url) => (url === PUBLIC_URL ? "/in/it's" : '/live/nami/orders'),
  '{query}': (_, url) => (url === PUBLIC_URL ? 'tenant=7&b=%7b' : ''),
  '{header:X-Id}': () => 'id-1',
  '{header:X-Absent}': () => '',
  '{json:$.a[1].b}': () => 'deep',
  '{json:$.n}': () => '42',
  '{json:$.none}': () => '',
  '{body}': (body) => body,
  ':': () => ':',
  'v0.': () => 'v0.',
};

const scheme = fc.record({
  algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
  encoding: fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const),
  keyEncoding: fc.constantFrom('text' as const, 'hex' as const, 'base64' as const),
  layout: fc.constantFrom('alone' as const, 'prefix' as const, 'list' as const, 'parts' as const),
  separator: fc.constantFrom(',', ';', ' ', ', ', '&'),
  assignment: fc.constantFrom('=', ':'),
  time: fc.constantFrom(undefined, 'header' as const, 'part' as const, 'body' as const),
  format: fc.constantFrom<TimestampFormat>('seconds', 'milliseconds', 'iso8601'),
  pieces: fc.array(fc.constantFrom(...Object.keys(FILLED)), { maxLength: 4 }),
  isPublic: fc.boolean(),
});
type Drawn = typeof scheme extends fc.Arbitrary<infer T> ? T : never;

/** As a user would write it down; a time in a part only where there are parts. */
function described(drawn: Drawn) {
  const { algorithm, encoding, keyEncoding, layout, separator, assignment, format, isPublic } = drawn;
  const time = drawn.time === 'part' && layout !== 'parts' ? 'header' : drawn.time;
  const signsTime = time === 'header' || time === 'part';
  const pieces = [...(signsTime ? ['{timestamp}', '.'] : []), ...drawn.pieces, '{body}'];
  const place = { header: { header: 'X-Time' }, part: { part: 't' }, body: { jsonPath: '$.at' } } as const;
  const hmac: HmacSettings = {
    ...(layout === 'list' ? { headers: ['X-Sig-1', 'X-Sig-2'] } : { header: 'X-Sig-1' }),
    ...(layout === 'parts' && { parts: { separator, assignment, signature: 'v1' } }),
    ...(time !== undefined && { timestamp: { ...place[time], format } }),
    prefix: layout === 'prefix' ? 'sha=' : '',
    template: pieces.join(''),
    algorithm,
    encoding,
    keyEncoding,
  };
  const settings: SourceSettings = {
    type: 'HMAC',
    toleranceSeconds: 300,
    hmac,
    publicUrl: isPublic ? PUBLIC_URL : undefined,
  };
  return { settings, time, pieces, layout, separator, assignment, format, encoding, algorithm, keyEncoding };
}

function written(time: Date, format: TimestampFormat): string {
  if (format === 'iso8601') return time.toISOString();
  return String(format === 'seconds' ? Math.floor(time.getTime() / 1000) : time.getTime());
}

/** A delivery as such a sender would make it, by nothing that is tested here. */
function deliver(of: ReturnType<typeof described>, index: number, offset: number) {
  const timestamp = written(new Date(NOW.getTime() + offset * 1000), of.format);
  const at = of.format === 'iso8601' ? timestamp : Number(timestamp);
  const body = JSON.stringify({ a: [0, { b: 'deep' }], n: 42, at, x: 'grün' });
  const url = of.settings.publicUrl ?? CALLED_URL;
  const signed = of.pieces
    .map((piece) => (piece === '{timestamp}' ? timestamp : (FILLED[piece]?.(body, url) ?? piece)))
    .join('');
  const secret = SECRETS[of.keyEncoding][index] ?? '';
  const key = of.keyEncoding === 'text' ? secret : Buffer.from(secret, of.keyEncoding);
  const digest = createHmac(of.algorithm, key).update(signed).digest(of.encoding);
  const part = (name: string, value: string) => `${name}${of.assignment}${value}`;
  const time = of.time === 'part' ? [part('t', timestamp)] : [];
  const headers: Record<string, string> = {
    'x-id': 'id-1',
    ...(of.time === 'header' && { 'x-time': timestamp }),
    ...(of.layout === 'parts'
      ? { 'x-sig-1': [...time, part('v1', digest)].join(of.separator) }
      : {
          [of.layout === 'list' && index > 0 ? 'x-sig-2' : 'x-sig-1']: `${of.settings.hmac?.prefix}${digest}`,
        }),
  };
  return { headers, body: Buffer.from(body), digest, part };
}

const requestOf = (headers: Readonly<Record<string, string>>, body: Buffer): RawRequest => ({
  method: 'POST',
  url: CALLED_URL,
  query: new Map(),
  headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body,
});

/** What may happen to a delivery, and whether it is right still. */
const CHANGES = {
  nothing: { isRight: true },
  'capitals in hex': { isRight: true },
  'another key beside the right one': { isRight: true },
  'parts that nobody knows, and a wrong signature': { isRight: true },
  'rubbish in another header of the list': { isRight: true },
  'a bit of the body': { isRight: false },
  'a byte more': { isRight: false },
  'a character of the digest': { isRight: false },
  'a digest that is cut': { isRight: false },
  'no signature': { isRight: false },
  'other keys': { isRight: false },
  'a time a second later': { isRight: false },
  'another method': { isRight: false },
  'a header that is signed': { isRight: false },
  'another URL at the sender': { isRight: false },
} as const;

const cases = fc.record({
  drawn: scheme,
  index: fc.nat({ max: 2 }),
  offset: fc.oneof(fc.integer({ min: -299, max: 299 }), fc.constantFrom(-302, -300, 300, 302)),
  change: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])),
  place: fc.nat(),
});

test('whatever a scheme is, what is right by it is taken and nothing else', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(cases, ({ drawn, index, offset, change, place }) => {
      const of = described(drawn);
      const { headers, body, digest, part } = deliver(of, index, offset);
      const name = Object.keys(headers).find((each) => each.startsWith('x-sig')) ?? '';
      const value = headers[name] ?? '';
      let request = requestOf(headers, body);
      let secrets: readonly string[] = SECRETS[of.keyEncoding];
      let settings = of.settings;
      const withProof = (proof: string) => requestOf({ ...headers, [name]: proof }, body);
      const covers = (placeholder: string) => of.pieces.includes(placeholder);
      let { isRight }: { isRight: boolean } = CHANGES[change];
      switch (change) {
        case 'nothing':
          break;
        case 'capitals in hex':
          if (of.encoding === 'hex') request = withProof(value.replace(digest, digest.toUpperCase()));
          break;
        case 'another key beside the right one':
          secrets = [SECRETS[of.keyEncoding][index] ?? '', SECRETS[of.keyEncoding][(index + 1) % 3] ?? ''];
          break;
        case 'parts that nobody knows, and a wrong signature':
          if (of.layout !== 'parts') break;
          request = withProof(
            [
              part('v0', digest),
              part(
                'v1',
                digest.replace(/^./, (one) => (one === 'a' ? 'b' : 'a')),
              ),
              'x',
              value,
            ].join(of.separator),
          );
          break;
        case 'rubbish in another header of the list':
          if (of.layout !== 'list') break;
          request = requestOf({ 'x-sig-1': 'ü', 'x-sig-2': '', ...headers }, body);
          break;
        case 'a bit of the body': {
          const bytes = Buffer.from(body);
          bytes.writeUInt8(bytes.readUInt8(place % bytes.length) ^ (1 << (place % 7)), place % bytes.length);
          request = requestOf(headers, bytes);
          break;
        }
        case 'a byte more':
          request = requestOf(headers, Buffer.concat([body, Buffer.from(' ')]));
          break;
        case 'a character of the digest': {
          // Not the last ones, of which some bits count for nothing in base64.
          const at = place % (digest.length - 4);
          const other = digest[at] === '0' ? '1' : '0';
          request = withProof(value.replace(digest, `${digest.slice(0, at)}${other}${digest.slice(at + 1)}`));
          break;
        }
        case 'a digest that is cut':
          request = withProof(value.replace(digest, digest.slice(0, place % digest.length)));
          // Unpadded base64 of URLs may lose its padding.
          isRight = of.encoding === 'base64url' && digest.slice(0, place % digest.length) === digest;
          break;
        case 'no signature':
          request = withProof(value.replace(digest, ''));
          break;
        case 'other keys':
          secrets = secrets.filter((_, each) => each !== index);
          break;
        case 'a time a second later':
          if (of.time !== 'header' && of.time !== 'part') isRight = true;
          else {
            const later = written(new Date(NOW.getTime() + (offset + 1) * 1000), of.format);
            const before = written(new Date(NOW.getTime() + offset * 1000), of.format);
            request = requestOf(
              Object.fromEntries(
                Object.entries(headers).map(([key, text]) => [key, text.replace(before, later)]),
              ),
              body,
            );
          }
          break;
        case 'another method':
          request = { ...request, method: 'PUT' };
          isRight = !covers('{method}');
          break;
        case 'a header that is signed':
          request = requestOf({ ...headers, 'x-id': 'id-2' }, body);
          isRight = !covers('{header:X-Id}');
          break;
        case 'another URL at the sender':
          settings = { ...of.settings, publicUrl: 'https://other.example/' };
          isRight = !covers('{url}') && !covers('{path}') && !(covers('{query}') && drawn.isPublic);
          break;
      }
      if (of.time !== undefined && Math.abs(offset) > 300) isRight = false;
      const verdict = sourceOf(settings).verify(request, { settings, secrets, now: NOW });
      seen.add(verdict);
      if ((verdict === 'authentic') !== isRight) throw new Error(`${verdict}, though right is ${isRight}`);
    }),
    { numRuns: RUNS },
  );
  expect([...seen].sort()).toEqual([
    'authentic',
    'signature-malformed',
    'signature-mismatch',
    'signature-missing',
    'timestamp-in-future',
    'timestamp-too-old',
  ]);
});

test('whatever is made up is refused by every scheme, and nothing throws', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      't=',
      't=1,v1=',
      `t=${Math.floor(NOW.getTime() / 1000)},v1=${'0'.repeat(64)}`,
      'v1=,v1=,v1',
    ),
    fc.constantFrom(
      '0'.repeat(40),
      'f'.repeat(64),
      `${'A'.repeat(43)}=`,
      'A'.repeat(43),
      String(NOW.getTime()),
    ),
    fc.constantFrom(
      NOW.toISOString(),
      '2026-13-45T99:99:99Z',
      '+275760-09-13T00:00:00.001Z',
      '1e12',
      '-1',
      ' 1',
    ),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((json) => Buffer.from(`{"at":${json},"n":${json},"a":[${json}]}`)),
    fc
      .constantFrom('a=1&a=2&%', 'a=%ff', '&&=&', `{"a":${'['.repeat(200)}${']'.repeat(200)}}`)
      .map((form) => Buffer.from(form)),
  );
  const extra = fc.constantFrom('', '{form:*}', '{form:a}', '{json:$[0]}', '{json:$.a.length}');
  fc.assert(
    fc.property(scheme, extra, body, text, text, text, (drawn, more, bytes, one, other, time) => {
      const { settings, keyEncoding } = described(drawn);
      const hmac = { ...(settings.hmac as HmacSettings), template: `${settings.hmac?.template}${more}` };
      const made = { ...settings, hmac };
      const request = requestOf({ 'x-sig-1': one, 'x-sig-2': other, 'x-time': time }, bytes);
      const source = sourceOf(made);
      const verdict = source.verify(request, { settings: made, secrets: SECRETS[keyEncoding], now: NOW });
      expect(verdict).not.toBe('authentic');
      expect(() => source.identify(request)).not.toThrow();
    }),
    { numRuns: GARBAGE_RUNS },
  );
});
