import { verifyWebhook } from '@clerk/backend/webhooks';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { WebhookHandler } from '@liveblocks/node';
import Mux from '@mux/mux-node';
import { Nango } from '@nangohq/node';
import { verifyWebhookSignature } from '@notionhq/client';
import { verify as verifyGitHub } from '@octokit/webhooks-methods';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import { webhooks as polar } from '@polar-sh/sdk/2026-04';
import { isValidSignature } from '@sanity/webhook';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { isValidSlackRequest } from '@slack/bolt/dist/receivers/verify-request.js';
import { WorkOS } from '@workos-inc/node';
import { verifyKey } from 'discord-interactions';
import DodoPayments from 'dodopayments';
import ImageKit from 'imagekit';
import Lithic from 'lithic';
import ModernTreasury from 'modern-treasury';
import Pusher from 'pusher';
import { validateWebhook } from 'replicate';
import { Resend } from 'resend';
import { StreamChat } from 'stream-chat';
import Stripe from 'stripe';
import type { SENDERS } from '../../../src/senders/senders.ts';

/** A delivery, as a library wants it. */
export interface Delivered {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
}

/** Says false or throws where the delivery isn't the sender's. */
type Verify = (delivered: Delivered) => unknown;

export interface Library {
  readonly name: string;
  readonly verify: Verify;
}

const of = ({ headers }: Delivered, name: string) => headers[name] ?? '';

const standard = ({ headers }: Delivered) => ({
  'webhook-id': headers['webhook-id'] ?? '',
  'webhook-timestamp': headers['webhook-timestamp'] ?? '',
  'webhook-signature': headers['webhook-signature'] ?? '',
});

const withoutPrefix = (delivered: Delivered) => {
  const headers = standard(delivered);
  return {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
  };
};

/** The sender's own library, by type. */
export const LIBRARIES: Readonly<Partial<Record<keyof typeof SENDERS, Library>>> = {
  Clerk: {
    name: '@clerk/backend',
    // Clerk sends them by Svix's names.
    verify: (delivered) => {
      const headers = Object.entries(standard(delivered)).map(
        ([name, value]) => [name.replace('webhook-', 'svix-'), value] as [string, string],
      );
      const request = new Request('https://example.com', { method: 'POST', headers, body: delivered.body });
      return verifyWebhook(request, { signingSecret: delivered.secret });
    },
  },
  Discord: {
    name: 'discord-interactions',
    verify: (delivered) =>
      verifyKey(
        delivered.body,
        of(delivered, 'x-signature-ed25519'),
        of(delivered, 'x-signature-timestamp'),
        bareKey(delivered.secret).toString('hex'),
      ),
  },
  DodoPayments: {
    name: 'dodopayments',
    verify: (delivered) =>
      new DodoPayments({ bearerToken: 'token' }).webhooks.unwrap(delivered.body, {
        headers: standard(delivered),
        key: delivered.secret,
      }),
  },
  GitHub: {
    name: '@octokit/webhooks-methods',
    verify: (delivered) =>
      verifyGitHub(delivered.secret, delivered.body, of(delivered, 'x-hub-signature-256')),
  },
  ImageKit: {
    name: 'imagekit',
    verify: (delivered) =>
      new ImageKit({
        publicKey: 'public',
        privateKey: 'private',
        urlEndpoint: 'https://ik.imagekit.io/id',
      }).verifyWebhookEvent(delivered.body, of(delivered, 'x-ik-signature'), delivered.secret),
  },
  Linear: {
    name: '@linear/sdk',
    verify: (delivered) =>
      new LinearWebhookClient(delivered.secret).verify(
        Buffer.from(delivered.body),
        of(delivered, 'linear-signature'),
      ),
  },
  Lithic: {
    name: 'lithic',
    verify: (delivered) => {
      new Lithic({ apiKey: 'key' }).webhooks.verifySignature(
        delivered.body,
        standard(delivered),
        delivered.secret,
      );
      return true;
    },
  },
  Liveblocks: {
    name: '@liveblocks/node',
    // Of an authentic delivery it says that it knows no such type of event.
    verify: (delivered) => {
      try {
        return new WebhookHandler(delivered.secret).verifyRequest({
          headers: standard(delivered),
          rawBody: delivered.body,
        });
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('Unknown event type')) return true;
        throw error;
      }
    },
  },
  ModernTreasury: {
    name: 'modern-treasury',
    verify: (delivered) =>
      new ModernTreasury({ apiKey: 'key', organizationID: 'id' }).webhooks.validateSignature(
        delivered.body,
        of(delivered, 'x-signature'),
        { key: delivered.secret },
      ),
  },
  Mux: {
    name: '@mux/mux-node',
    verify: async ({ body, headers, secret }) => {
      await new Mux({ tokenId: 'id', tokenSecret: 'secret' }).webhooks.verifySignature(body, headers, secret);
      return true;
    },
  },
  Nango: {
    name: '@nangohq/node',
    verify: ({ body, headers, secret }) =>
      new Nango({ apiKey: 'key', webhookSigningKey: secret }).verifyIncomingWebhookRequest(body, headers),
  },
  Notion: {
    name: '@notionhq/client',
    verify: (delivered) =>
      verifyWebhookSignature({
        body: delivered.body,
        signature: of(delivered, 'x-notion-signature'),
        verificationToken: delivered.secret,
      }),
  },
  Paddle: {
    name: '@paddle/paddle-node-sdk',
    verify: (delivered) =>
      new Paddle('key', { environment: Environment.sandbox }).webhooks.isSignatureValid(
        delivered.body,
        delivered.secret,
        of(delivered, 'paddle-signature'),
      ),
  },
  Polar: {
    name: '@polar-sh/sdk',
    // Of an authentic delivery it says that it knows no such type of event.
    verify: (delivered) =>
      polar.validateEvent(delivered.body, standard(delivered), delivered.secret).catch((error: unknown) => {
        if (error instanceof polar.PolarWebhookUnknownTypeError) return true;
        throw error;
      }),
  },
  Pusher: {
    name: 'pusher',
    verify: ({ body, headers, secret }) =>
      new Pusher({ appId: '1', key: 'key', secret, cluster: 'eu' })
        .webhook({ rawBody: body, headers: { ...headers, 'x-pusher-key': 'key' } })
        .isValid(),
  },
  Replicate: {
    name: 'replicate',
    verify: (delivered) => {
      const { id, timestamp, signature } = withoutPrefix(delivered);
      return validateWebhook({
        id,
        timestamp,
        signature,
        body: delivered.body,
        secret: delivered.secret,
      });
    },
  },
  Resend: {
    name: 'resend',
    verify: (delivered) => {
      const { id, timestamp, signature } = withoutPrefix(delivered);
      return new Resend('re_key').webhooks.verify({
        payload: delivered.body,
        headers: { id, timestamp, signature },
        webhookSecret: delivered.secret,
      });
    },
  },
  Sanity: {
    name: '@sanity/webhook',
    verify: (delivered) =>
      isValidSignature(delivered.body, of(delivered, 'sanity-webhook-signature'), delivered.secret),
  },
  SendGrid: {
    name: '@sendgrid/eventwebhook',
    verify: (delivered) => {
      const library = new EventWebhook();
      return library.verifySignature(
        library.convertPublicKeyToECDSA(delivered.secret),
        delivered.body,
        of(delivered, 'x-twilio-email-event-webhook-signature'),
        of(delivered, 'x-twilio-email-event-webhook-timestamp'),
      );
    },
  },
  Slack: {
    name: '@slack/bolt',
    verify: (delivered) =>
      isValidSlackRequest({
        signingSecret: delivered.secret,
        body: delivered.body,
        headers: {
          'x-slack-signature': of(delivered, 'x-slack-signature'),
          'x-slack-request-timestamp': Number(of(delivered, 'x-slack-request-timestamp')),
        },
      }),
  },
  Stream: {
    name: 'stream-chat',
    verify: (delivered) =>
      new StreamChat('key', delivered.secret).verifyWebhook(delivered.body, of(delivered, 'x-signature')),
  },
  Stripe: {
    name: 'stripe',
    verify: (delivered) =>
      new Stripe('sk_test_key').webhooks.constructEvent(
        delivered.body,
        of(delivered, 'stripe-signature'),
        delivered.secret,
      ),
  },
  WorkOS: {
    name: '@workos-inc/node',
    verify: (delivered) =>
      new WorkOS('sk_key').webhooks.verifyHeader({
        payload: JSON.parse(delivered.body),
        sigHeader: of(delivered, 'workos-signature'),
        secret: delivered.secret,
      }),
  },
};

/** The 32 bytes at the end of an ed25519 key in PEM. */
function bareKey(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').subarray(-32);
}
