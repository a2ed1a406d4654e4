import { randomUUID } from 'node:crypto';
import '@shopify/shopify-api/adapters/node';
import { sign as gitHubSign, verify as gitHubVerify } from '@octokit/webhooks-methods';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import { createSHA256HMAC, HashFormat } from '@shopify/shopify-api/runtime';
import { isValidSlackRequest } from '@slack/bolt/dist/receivers/verify-request.js';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import twilio from 'twilio';
import { describe, expect, test, vi } from 'vitest';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { NOW } from '../deliveries.ts';
import {
  type Delivery,
  NOW_SECONDS,
  type Order,
  requestOf,
  SENDERS,
  type Sender,
  URL_CALLED,
} from './senders.ts';

/** Text only, and some of it: the libraries take nothing else. */
const bodies = [
  '{}',
  'not JSON',
  '{"id":"evt_1","object":"event","name":"Grüße, 世界 🎉"}',
  'payload=%7B%22a%22%3A+1%7D&b=c%20d',
  `{"long":"${'x'.repeat(20_000)}"}`,
  ...Array.from({ length: 50 }, (_, index) => JSON.stringify({ id: randomUUID(), index })),
].map((text) => Buffer.from(text));

function sender(name: string): Sender {
  const found = SENDERS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no sender ${name}`);
  return found;
}

const verify = ({ settings, secrets }: Sender, delivery: Delivery) =>
  sourceOf(settings).verify(requestOf(delivery), { settings, secrets, now: NOW });

const orders = ({ secrets }: Sender): Order[] =>
  bodies.map((body, index) => ({
    body,
    secret: secrets[index % 3] ?? secrets[0],
    seconds: NOW_SECONDS - index,
    id: `id-${index}`,
  }));

/** What a provider's library signs is authentic; what the tests' own sender signs is what the library signs. */
async function agree(name: string, signature: (order: Order, own: Delivery) => Promise<string> | string) {
  const from = sender(name);
  for (const order of orders(from)) {
    const own = from.deliver(order);
    const proof = from.proof ?? '';
    const theirs = { ...own, headers: { ...own.headers, [proof]: await signature(order, own) } };
    expect(theirs.headers[proof]).toBe(own.headers[proof]);
    expect(verify(from, theirs)).toBe('authentic');
    expect(verify({ ...from, secrets: ['whsec_AAAA', 'verify_b', 'c'] }, theirs)).not.toBe('authentic');
  }
}

test.each(['GitHub', 'Jira', 'Bitbucket', 'Meta'])(
  '@octokit/webhooks-methods signs as %s does',
  async (name) => {
    await agree(name, async ({ secret, body }) => {
      const signature = await gitHubSign(secret, body.toString());
      expect(await gitHubVerify(secret, body.toString(), signature)).toBe(true);
      return signature;
    });
  },
);

test('stripe signs as Stripe does, and takes what we take', async () => {
  const { webhooks } = new Stripe('sk_test_x');
  await agree('Stripe', ({ body, secret, seconds }) => {
    const payload = body.toString();
    const header = webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds });
    expect(webhooks.signature?.verifyHeader(payload, header, secret, 300, undefined, NOW.getTime())).toBe(
      true,
    );
    return header;
  });
});

test.each(['StandardWebhooks', 'GitLab, signing token'])(
  'standardwebhooks signs as %s does',
  async (name) => {
    vi.useFakeTimers({ now: NOW });
    await agree(name, ({ body, secret, seconds, id }, own) => {
      const webhook = new Webhook(secret);
      expect(() => webhook.verify(body.toString(), { ...own.headers }, { jsonParse: false })).not.toThrow();
      return webhook.sign(id, new Date(seconds * 1000), body.toString());
    });
    vi.useRealTimers();
  },
);

describe('@shopify/shopify-api', () => {
  test.each([
    ['Shopify', 'x-shopify-'],
    ['Shopify, its Events', 'shopify-'],
  ])('signs as %s does, and takes what we take', async (sender, prefix) => {
    await agree(sender, async ({ body, secret }, own) => {
      const shopify = shopifyApi({
        apiKey: 'k',
        apiSecretKey: secret,
        hostName: 'example.com',
        apiVersion: ApiVersion.January26,
        isEmbeddedApp: true,
        logger: { log: () => undefined },
      });
      const headers = {
        ...own.headers,
        [`${prefix}shop-domain`]: 'a.myshopify.com',
        [`${prefix}api-version`]: '2026-01',
      };
      const result = await shopify.webhooks.validate({
        rawBody: body.toString(),
        rawRequest: { method: 'POST', url: '/', headers },
        rawResponse: {},
      });
      expect(result.valid).toBe(true);
      return createSHA256HMAC(secret, body.toString(), HashFormat.Base64);
    });
  });

  test('makes the digest that X has after its prefix', async () => {
    await agree('X', async ({ secret }, own) => {
      return `sha256=${await createSHA256HMAC(secret, own.body.toString(), HashFormat.Base64)}`;
    });
  });
});

test('@slack/bolt takes what the tests sign as Slack, and we take it too', () => {
  const slack = sender('Slack');
  for (const order of orders(slack)) {
    const delivery = slack.deliver(order);
    const theirs = isValidSlackRequest({
      signingSecret: order.secret,
      body: order.body.toString(),
      headers: {
        'x-slack-signature': delivery.headers['x-slack-signature'] ?? '',
        'x-slack-request-timestamp': order.seconds,
      },
      nowMilliseconds: NOW.getTime(),
    });
    expect(theirs).toBe(true);
    expect(verify(slack, delivery)).toBe('authentic');
  }
});

describe('twilio', () => {
  test('signs forms as Twilio does, and takes what we take', async () => {
    await agree('Twilio, a form', ({ secret }, own) => {
      const fields = Object.fromEntries(new URLSearchParams(own.body.toString()));
      const signature = own.headers['x-twilio-signature'] ?? '';
      expect(twilio.validateRequest(secret, signature, URL_CALLED, fields)).toBe(true);
      return twilio.getExpectedTwilioSignature(secret, URL_CALLED, fields);
    });
  });

  test('signs other bodies as Twilio does, and takes what we take', async () => {
    await agree('Twilio, JSON', ({ secret, body }, own) => {
      const url = `${URL_CALLED}?bodySHA256=${sha256Hex(body)}`;
      const signature = own.headers['x-twilio-signature'] ?? '';
      expect(twilio.validateRequestWithBody(secret, signature, url, body.toString())).toBe(true);
      return twilio.getExpectedTwilioSignature(secret, url, {});
    });
  });
});
