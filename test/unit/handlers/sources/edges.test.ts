import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope } from '../../../../handlers/envelope.ts';
import { noOwnCode } from '../../../../handlers/own-code/load.ts';
import type { GatewayEvent, GatewayResponse } from '../../../../handlers/pre-queue/gateway-event.ts';
import { preQueueHandler } from '../../../../handlers/pre-queue/handle.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { NOW } from '../deliveries.ts';
import { LAMBDA } from '../lambda.ts';
import { type Delivery, NOW_SECONDS, type Order, SENDERS, type Sender } from './senders.ts';

const BODY = Buffer.from('{"id":"evt_1","event_id":"Ev1","a":"b c"}');

const order = (sender: Sender, change: Partial<Order> = {}): Order => ({
  body: BODY,
  secret: sender.secrets[1],
  seconds: NOW_SECONDS,
  id: 'id-1',
  ...change,
});

/** The event that the gateway makes of a delivery. */
function eventOf({ headers, query, body }: Delivery): GatewayEvent {
  return {
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query ?? null,
    body: body.toString('base64'),
    isBase64Encoded: true,
    requestContext: { domainName: 'example.execute-api.eu-west-1.amazonaws.com', path: '/live/nami/orders' },
  };
}

function receiver({ settings, secrets }: Pick<Sender, 'settings' | 'secrets'>) {
  const messages: string[] = [];
  const reasons: unknown[] = [];
  const handler = preQueueHandler({
    configuration: {
      kind: 'ready',
      settings: {
        source: settings,
        secrets,
        response: {
          statusCode: 200,
          contentType: 'application/json',
          body: '{"received":true}',
          rejectedStatusCode: 401,
          unavailableStatusCode: 503,
        },
      },
    },
    code: noOwnCode,
    sendMessage: async (message) => {
      messages.push(message);
    },
    now: () => NOW,
    newId: () => randomBytes(8).toString('hex'),
    log: ({ Reason }) => reasons.push(Reason),
    functionName: 'f',
  });
  const call = async (event: GatewayEvent) => {
    const { statusCode, body } = (await handler(event, LAMBDA)) as GatewayResponse;
    expect(body).toBe(statusCode === 200 ? '{"received":true}' : '{"error":"rejected"}');
    return statusCode;
  };
  return { call, messages, reasons, envelopes: () => messages.map(decodeEnvelope) };
}

/** What becomes of one event: the reason of its refusal, of which the sender sees a 401 alone, or that it was accepted. */
async function verdict(sender: Sender, event: GatewayEvent): Promise<unknown> {
  const { call, messages, reasons } = receiver(sender);
  const statusCode = await call(event);
  expect(statusCode).toBe(reasons.length === 0 ? 200 : 401);
  expect(messages.length).toBe(reasons.length === 0 ? 1 : 0);
  return reasons[0] ?? 'accepted';
}

const withHeader = (delivery: Delivery, name: string, value: string): GatewayEvent =>
  eventOf({ ...delivery, headers: { ...delivery.headers, [name]: value } });

const BY_HEADER = SENDERS.flatMap((sender) =>
  sender.proof === undefined ? [] : [{ ...sender, proof: sender.proof }],
);
const TIMED = SENDERS.filter(({ covers }) => covers.time);
const SIGNING = BY_HEADER.filter(({ covers }) => covers.body);
/** Those whose bodies are what they are given; the others write their own around it. */
const OF_ANY_BYTES = SENDERS.filter(({ name }) => name !== 'MicrosoftGraph' && name !== 'Twilio, a form');

describe.each(SENDERS)('$name', (sender) => {
  test('finds its headers in any case', async () => {
    const { headers, ...rest } = sender.deliver(order(sender));
    const spellings = [
      (name: string) => name.toUpperCase(),
      (name: string) => name.toLowerCase(),
      (name: string) => name.replace(/\b\w/g, (letter) => letter.toUpperCase()),
    ];
    for (const spell of spellings) {
      const spelt = Object.fromEntries(Object.entries(headers).map(([name, value]) => [spell(name), value]));
      expect(await verdict(sender, eventOf({ ...rest, headers: spelt }))).toBe('accepted');
    }
  });

  test('takes each of several secrets, and none other', async () => {
    for (const secret of sender.secrets) {
      const event = eventOf(sender.deliver(order(sender, { secret })));
      expect(await verdict(sender, event)).toBe('accepted');
      const { call } = receiver({ ...sender, secrets: [sender.secrets[0], 'x', 'y'] });
      expect(await call(event)).toBe(secret === sender.secrets[0] ? 200 : 401);
    }
  });

  test('gives twenty deliveries at once one identity, and each an id of its own', async () => {
    const delivery = sender.deliver(order(sender));
    const { call, envelopes } = receiver(sender);
    await Promise.all(Array.from({ length: 20 }, () => call(eventOf(delivery))));
    const identity = sender.identity(order(sender), delivery);
    expect(new Set(envelopes().map(({ id }) => id)).size).toBe(20);
    expect(new Set(envelopes().map((each) => each.identity)).size).toBe(identity === undefined ? 20 : 1);
    if (identity !== undefined) expect(envelopes()[0]?.identity).toBe(identity);
  });

  test('stores the body as it was sent, and no proof with it', async () => {
    const delivery = sender.deliver(order(sender));
    const { call, envelopes } = receiver(sender);
    await call(eventOf(delivery));
    expect(envelopes()[0]?.body).toEqual(delivery.body);
    expect(JSON.stringify(envelopes()[0]?.headers)).not.toContain(
      delivery.headers[sender.proof ?? ''] ?? 'none',
    );
  });

  test('calls a secret that ends in a newline one that can’t be used', () => {
    for (const secret of [`${sender.secrets[0]}\n`, ` ${sender.secrets[0]}`, '']) {
      expect(secretProblems(sender.settings, [sender.secrets[1], secret])).toMatchObject([{ secret: 1 }]);
    }
    expect(secretProblems(sender.settings, sender.secrets)).toEqual([]);
    expect(secretProblems(sender.settings, [])).toMatchObject([
      { message: expect.stringContaining('needs a secret') },
    ]);
  });
});

describe.each(BY_HEADER)('$name, by its header', (sender) => {
  const delivery = sender.deliver(order(sender));
  const right = delivery.headers[sender.proof] ?? '';

  test('refuses a request with two of them, takes one that is there twice', async () => {
    const event = eventOf(delivery);
    const both = (...values: string[]) => ({
      ...event,
      multiValueHeaders: { ...event.multiValueHeaders, [sender.proof]: values },
    });
    expect(await verdict(sender, both(right, right))).toBe('accepted');
    expect(await verdict(sender, both(right, 'x'))).toBe('header-repeated');
    expect(await verdict(sender, both('x', right))).toBe('header-repeated');
    expect(await verdict(sender, { ...event, headers: { ...event.headers, [sender.proof]: 'x' } })).toBe(
      'header-repeated',
    );
    const otherCase = { ...event.multiValueHeaders, [sender.proof.toUpperCase()]: ['x'] };
    expect(await verdict(sender, { ...event, multiValueHeaders: otherCase })).toBe('header-repeated');
  });

  test('refuses one that is absent, empty, of a wrong length or prefix, or not ASCII', async () => {
    for (const value of [
      '',
      'ä',
      '🎉'.repeat(20),
      right.slice(0, -2),
      `${right}00`,
      `?${right.slice(1)}`,
      `${right}ä`,
      `ä${right}`,
      'x'.repeat(9000),
    ]) {
      expect(await verdict(sender, withHeader(delivery, sender.proof, value))).not.toBe('accepted');
    }
    const { [sender.proof]: _, ...headers } = delivery.headers;
    expect(await verdict(sender, eventOf({ ...delivery, headers }))).toMatch(/^(signature|token)-missing$/);
  });
});

test.each(BY_HEADER.filter(({ written }) => written === 'hex'))(
  '$name takes hex digits in capitals',
  async (sender) => {
    const delivery = sender.deliver(order(sender));
    const [, before = '', digest = ''] =
      /^(.*=)?([0-9a-f]+)$/.exec(delivery.headers[sender.proof] ?? '') ?? [];
    expect(await verdict(sender, withHeader(delivery, sender.proof, before + digest.toUpperCase()))).toBe(
      'accepted',
    );
  },
);

test.each(BY_HEADER.filter(({ written }) => written === 'base64'))(
  '$name refuses base64 in another case, without padding or of URLs',
  async (sender) => {
    const delivery = sender.deliver(order(sender));
    const right = delivery.headers[sender.proof] ?? '';
    const digest = /[A-Za-z0-9+/]+=*$/.exec(right)?.[0] ?? '';
    const changed = [digest.toUpperCase(), digest.replace(/=+$/, ''), digest.replaceAll(/[+/]/g, '-')];
    for (const value of changed.filter((each) => each !== digest)) {
      expect(
        await verdict(sender, withHeader(delivery, sender.proof, right.replace(digest, value))),
      ).not.toBe('accepted');
    }
  },
);

describe.each(OF_ANY_BYTES)('$name, with any body', (sender) => {
  test.each([
    ['that is empty', Buffer.alloc(0)],
    ['that is not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])],
    ['with a byte order mark', Buffer.from('\ufeff{}')],
    ['that is a form', Buffer.from('payload=%7b%22a%22%3A+1%7D&b=c%20d&b=%C3%A9')],
  ])('takes one %s', async (_, body) => {
    expect(await verdict(sender, eventOf(sender.deliver(order(sender, { body }))))).toBe('accepted');
  });
});

describe.each(SIGNING.filter(({ name }) => name !== 'Twilio, a form'))(
  '$name, which signs bodies',
  (sender) => {
    test('takes a form as it was sent, never as another would write it', async () => {
      const sent = sender.deliver(order(sender, { body: Buffer.from('a=%7b1%7D&b=c+d') }));
      for (const [from, to] of [
        ['%7b', '%7B'],
        ['+', '%20'],
        ['&', '&amp;'],
      ] as const) {
        const body = Buffer.from(sent.body.toString().replace(from, to));
        expect(await verdict(sender, eventOf({ ...sent, body }))).toMatch(/mismatch/);
      }
    });
  },
);

describe('a body that its sender doesn’t send', () => {
  const find = (name: string) => SENDERS.find((each) => each.name === name) as Sender;

  test.each([
    '',
    '\xff',
    '{}',
    '[]',
    '{"value":[]}',
    '{"value":{}}',
    '{"value":[null]}',
    '{"value":[{"clientState":7}]}',
  ])('Microsoft Graph without a client state: %j', async (text) => {
    const graph = find('MicrosoftGraph');
    expect(await verdict(graph, eventOf({ headers: {}, body: Buffer.from(text, 'latin1') }))).toBe(
      'token-missing',
    );
  });

  test('Microsoft Graph, one notification of another subscription among right ones', async () => {
    const graph = find('MicrosoftGraph');
    const value = [{ clientState: graph.secrets[0] }, { clientState: 'guessed' }];
    const body = Buffer.from(JSON.stringify({ value }));
    expect(await verdict(graph, eventOf({ headers: {}, body }))).toBe('token-mismatch');
  });
});

describe.each(TIMED)('$name, which signs a time', (sender) => {
  const at = (seconds: number) => verdict(sender, eventOf(sender.deliver(order(sender, { seconds }))));

  test('takes it up to the tolerance, to both sides', async () => {
    expect(await at(NOW_SECONDS - 300)).toBe('accepted');
    expect(await at(NOW_SECONDS + 300)).toBe('accepted');
    expect(await at(NOW_SECONDS - 301)).toBe('timestamp-too-old');
    expect(await at(NOW_SECONDS + 301)).toBe('timestamp-in-future');
  });

  test('names milliseconds, and refuses what is no time', async () => {
    expect(await at(NOW_SECONDS * 1000)).toBe('timestamp-in-milliseconds');
    for (const seconds of [-1, 1.5, Number.NaN]) expect(await at(seconds)).toBe('timestamp-malformed');
  });
});

describe('several signatures in one header', () => {
  const find = (name: string) => SENDERS.find((each) => each.name === name) as Sender;

  test('Stripe: one right v1 is enough, v0 and what is unknown prove nothing', async () => {
    const stripe = find('Stripe');
    const delivery = stripe.deliver(order(stripe));
    const [t = '', v1 = ''] = delivery.headers['stripe-signature']?.split(',') ?? [];
    const wrong = `v1=${'0'.repeat(64)}`;
    const given = (...items: string[]) =>
      verdict(stripe, withHeader(delivery, 'stripe-signature', items.join(',')));
    expect(await given(t, wrong, v1)).toBe('accepted');
    expect(await given(v1, wrong, 'v0=ab', 'v9=', t)).toBe('accepted');
    expect(await given(t, wrong, 'v1=zz')).toBe('signature-mismatch');
    expect(await given(t, v1.replace('v1', 'v0'))).toBe('signature-malformed');
    expect(await given(t, v1.replace('v1', 'v2'), 'v1')).toBe('signature-malformed');
    expect(await given(v1)).toBe('timestamp-missing');
    expect(await given(t, t, v1)).toBe('timestamp-malformed');
    expect(await given(t, ...Array<string>(10).fill(wrong), v1)).toBe('signature-mismatch');
  });

  test.each(['StandardWebhooks', 'GitLab, signing token'])('%s: one right v1 is enough', async (name) => {
    const sender = find(name);
    const delivery = sender.deliver(order(sender));
    const right = delivery.headers['webhook-signature'] ?? '';
    const given = (value: string) => verdict(sender, withHeader(delivery, 'webhook-signature', value));
    expect(await given(`v1,AAAA v9,x ${right}`)).toBe('accepted');
    expect(await given(right.replace('v1', 'v9'))).toBe('signature-malformed');
    expect(await given('v1,AAAA')).toBe('signature-mismatch');
  });

  test('senders that make one take no second', async () => {
    for (const sender of SIGNING.filter(
      ({ name }) => !['Stripe', 'StandardWebhooks', 'GitLab, signing token'].includes(name),
    )) {
      const delivery = sender.deliver(order(sender));
      const right = delivery.headers[sender.proof] ?? '';
      for (const separator of [',', ', ', ' ']) {
        const value = `${right}${separator}${right}`;
        expect(await verdict(sender, withHeader(delivery, sender.proof, value))).toBe('signature-malformed');
      }
    }
  });
});

test('GitLab: with both kinds of secret in use a hook with either is right, by its own kind alone', async () => {
  const signing = SENDERS.find(({ name }) => name === 'GitLab, signing token') as Sender;
  const secrets = [signing.secrets[0], 'plain token', 'other'] as const;
  const gitLab = { ...signing, secrets };
  const signed = signing.deliver(order(signing, { secret: signing.secrets[0] }));
  const shown = (token: string) => eventOf({ headers: { 'x-gitlab-token': token }, body: BODY });
  expect(await verdict(gitLab, eventOf(signed))).toBe('accepted');
  expect(await verdict(gitLab, shown('plain token'))).toBe('accepted');
  expect(await verdict(gitLab, shown(signing.secrets[0]))).toBe('token-mismatch');
  expect(await verdict({ ...signing, secrets: signing.secrets }, shown('plain token'))).toBe(
    'signature-missing',
  );
});
