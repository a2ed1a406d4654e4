import { createHmac } from 'node:crypto';
import type { HmacSettings, PublicKeyScheme, SourceType } from '../../../handlers/contract.ts';
import type { RawRequest } from '../../../handlers/raw-request.ts';
import type { Trust } from '../../../handlers/sources/source.ts';
import { withSender } from '../../../src/senders/index.ts';

/** 2026-01-02T03:04:05Z. */
export const NOW = new Date(1_767_323_045_000);

/** A POST with these headers, one value each unless a list is given. */
export function post(headers: Record<string, string | string[]>, body: string | Buffer = ''): RawRequest {
  return {
    method: 'POST',
    url: 'https://example.execute-api.eu-west-1.amazonaws.com/live/nami/orders',
    query: new Map(),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
    body: Buffer.from(body),
  };
}

const HMAC: HmacSettings = {
  header: 'X-Signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  template: '{body}',
};

const PUBLIC_KEY: PublicKeyScheme = { header: 'X-Signature', algorithm: 'ed25519', encoding: 'hex' };

export function trust(type: SourceType, secrets: readonly string[], now = NOW): Trust {
  const settings = withSender({
    type,
    toleranceSeconds: 300,
    ...(type === 'HMAC' && { hmac: HMAC }),
    ...(type === 'PublicKey' && { publicKey: PUBLIC_KEY }),
    ...(type === 'JWT' && { jwt: { header: 'Authorization', algorithm: 'HS256' as const } }),
  });
  return { secrets, settings, now };
}

export function gitHubHeaders(body: string | Buffer, secret: string): Record<string, string> {
  return {
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-github-hook-id': '4711',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-github-event': 'push',
  };
}
