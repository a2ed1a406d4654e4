import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { receive } from '../../../../handlers/pre-queue/receive.ts';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { at, jsonBody } from '../../../../handlers/sources/json-body.ts';
import { NOW } from '../deliveries.ts';
import { type Delivery, NOW_SECONDS, requestOf, SENDERS, type Sender, URL_CALLED } from './senders.ts';

const RUNS = 5500;
const GARBAGE_RUNS = 1000;

test('together these are more than 100,000 cases', () => {
  expect(SENDERS.length * (RUNS + GARBAGE_RUNS)).toBeGreaterThan(100_000);
});

const body = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => Buffer.from(text)),
  fc.stringMatching(/^\w{1,12}$/).map((id) => Buffer.from(JSON.stringify({ id, event_id: id }))),
);
const order = fc.record({
  body,
  secret: fc.nat({ max: 2 }),
  offset: fc.oneof(fc.integer({ min: -310, max: 310 }), fc.constantFrom(-301, -300, 300, 301)),
  id: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
});

/** What happens to a delivery on its way. Most of it is what an attacker who saw one would try. */
const change = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('bit' as const), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('append' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 3 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({
    kind: fc.constant('proof' as const),
    at: fc.nat(),
    character: fc.constantFrom(...'0aAfFgZ=+/,; ~'),
  }),
  fc.record({ kind: fc.constant('shorten' as const), by: fc.integer({ min: 1, max: 70 }) }),
  fc.constant({ kind: 'no proof' as const }),
  fc.constant({ kind: 'secret unknown' as const }),
  fc.record({ kind: fc.constant('time' as const), by: fc.integer({ min: -100, max: 100 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(delivery: Delivery, sender: Sender, how: Change): Delivery {
  const { headers } = delivery;
  const proof = headers[sender.proof ?? ''] ?? '';
  const withProof = (value: string) =>
    sender.proof === undefined ? delivery : { ...delivery, headers: { ...headers, [sender.proof]: value } };
  switch (how.kind) {
    case 'none':
    case 'secret unknown':
      return delivery;
    case 'bit': {
      if (delivery.body.length === 0) return { ...delivery, body: Buffer.from([how.bit]) };
      const bytes = Buffer.from(delivery.body);
      const index = how.at % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << how.bit), index);
      return { ...delivery, body: bytes };
    }
    case 'append':
      return { ...delivery, body: Buffer.concat([delivery.body, how.bytes]) };
    case 'cut':
      return { ...delivery, body: delivery.body.subarray(0, how.at % (delivery.body.length + 1)) };
    case 'proof': {
      const index = how.at % (proof.length || 1);
      return withProof(`${proof.slice(0, index)}${how.character}${proof.slice(index + 1)}`);
    }
    case 'shorten':
      return withProof(proof.slice(0, -how.by));
    case 'no proof':
      return withProof('');
    case 'time': {
      if (sender.timeHeader === undefined) return delivery;
      const seconds = Number(headers[sender.timeHeader]) + how.by;
      return { ...delivery, headers: { ...headers, [sender.timeHeader]: String(seconds) } };
    }
  }
}

/** Whether two headers say the same: hex and the words before a digest in either case, base64 in any of its spellings. */
function saySame(a: string, b: string, written: Sender['written']): boolean {
  if (a === b) return true;
  if (written === 'hex') return a.toLowerCase() === b.toLowerCase();
  if (written === 'text') return a.startsWith('Bearer ') && b.replace(/^bearer /i, 'Bearer ') === a;
  const [, prefixA = '', digestA = ''] = /^(.*?[=,: ])?([A-Za-z0-9+/]+=*)$/.exec(a) ?? [];
  const [, prefixB = '', digestB = ''] = /^(.*?[=,: ])?([A-Za-z0-9+/]+=*)$/.exec(b) ?? [];
  return (
    prefixA.toLowerCase() === prefixB.toLowerCase() &&
    digestA.length === digestB.length &&
    digestA !== '' &&
    Buffer.from(digestA, 'base64').equals(Buffer.from(digestB, 'base64')) &&
    /=*$/.exec(digestA)?.[0] === /=*$/.exec(digestB)?.[0]
  );
}

/** What ought to become of it, by what the sender's documentation says that the proof covers. */
function isRight(sender: Sender, sent: Delivery, arrived: Delivery, secret: string, offset: number): boolean {
  if (sender.covers.time && Math.abs(offset) > 300) return false;
  const proof = sender.proof ?? '';
  if (!saySame(sent.headers[proof] ?? '', arrived.headers[proof] ?? '', sender.written)) return false;
  if (
    sender.timeHeader !== undefined &&
    sent.headers[sender.timeHeader] !== arrived.headers[sender.timeHeader]
  )
    return false;
  if (sender.name === 'MicrosoftGraph') {
    const notifications = at(jsonBody(requestOf(arrived)), 'value');
    return (
      Array.isArray(notifications) &&
      notifications.length > 0 &&
      notifications.every((each) => at(each, 'clientState') === secret)
    );
  }
  return !sender.covers.body || sent.body.equals(arrived.body);
}

const judge = ({ settings, secrets }: Sender, request: RawRequest, trusted: readonly string[] = secrets) =>
  receive(request, { source: settings, secrets: trusted }, NOW, 'the delivery');

describe.each(SENDERS)('$name', (sender) => {
  test('what is right is accepted with its identity, and nothing that was changed', () => {
    fc.assert(
      fc.property(order, change, ({ body, secret: index, offset, id }, how) => {
        const secret = sender.secrets[index] ?? '';
        const seconds = NOW_SECONDS + offset;
        const wanted = { body, secret, seconds, id };
        const sent = sender.deliver(wanted);
        const arrived = changed(sent, sender, how);
        const known = how.kind !== 'secret unknown';
        const trusted = known ? sender.secrets : sender.secrets.filter((each) => each !== secret);
        const receipt = judge(sender, requestOf(arrived), trusted);
        const right = known && isRight(sender, sent, arrived, secret, offset);
        const accepted = receipt.kind === 'accepted';
        if (sender.name === 'Twilio, a form' && accepted && !right && known) {
          // Another spelling of the same fields has the same signature.
          const fields = new URLSearchParams(arrived.body.toString());
          const values = Object.fromEntries([...fields.keys()].map((name) => [name, fields.getAll(name)]));
          return twilio.validateRequest(
            secret,
            arrived.headers['x-twilio-signature'] ?? '',
            URL_CALLED,
            values,
          );
        }
        if (accepted !== right) throw new Error(`${JSON.stringify(receipt)}, though right is ${right}`);
        if (receipt.kind !== 'accepted') return true;
        const identity = sender.identity(wanted, arrived) ?? 'the delivery';
        const storable = /^(?!.*#)[\x21-\x7e]+$/.test(identity) || identity === 'the delivery';
        return receipt.envelope.identity === (storable ? identity : `sha256:${sha256Hex(identity)}`);
      }),
      { numRuns: RUNS },
    );
  });

  test('whatever is made up is refused, and nothing throws', () => {
    const { signatureHeaders, identityHeaders } = sourceOf(sender.settings);
    const name = fc.constantFrom(...signatureHeaders, ...identityHeaders, 'content-type', 'x-forwarded-for');
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom(
        'sha256=',
        't=1,v1=',
        `t=${NOW_SECONDS},v1=${'0'.repeat(64)}`,
        'v1,AAAA',
        'Basic',
        'Bearer ',
      ),
      fc.constantFrom(String(NOW_SECONDS), '0'.repeat(64), `${'A'.repeat(43)}=`, `sha256=${'f'.repeat(64)}`),
    );
    const request = fc.record({
      method: fc.constantFrom('POST', 'GET', 'PUT'),
      headers: fc.array(fc.tuple(name, fc.array(value, { maxLength: 3 })), { maxLength: 6 }),
      query: fc.array(
        fc.tuple(
          fc.constantFrom('crc_token', 'hub.mode', 'hub.verify_token', 'hub.challenge', 'bodySHA256', 'x'),
          fc.array(fc.string({ maxLength: 20 }), { maxLength: 2 }),
        ),
        { maxLength: 4 },
      ),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.json().map((text) => Buffer.from(text)),
        fc
          .json()
          .map((text) => Buffer.from(`{"type":"url_verification","value":[${text}],"challenge":${text}}`)),
      ),
      secret: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(request, ({ method, headers, query, body, secret }) => {
        const made = {
          method,
          url: URL_CALLED,
          headers: new Map(headers),
          query: new Map(query),
          body: Buffer.from(body),
        };
        return judge(sender, made).kind !== 'accepted' && judge(sender, made, [secret]).kind !== 'accepted';
      }),
      { numRuns: GARBAGE_RUNS },
    );
  });
});
