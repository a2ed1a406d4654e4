import { headerValue, type RawRequest } from '../raw-request.ts';
import { hmacSigned } from './hmac-signature.ts';
import { timeOf } from './json-body.ts';
import type { Source } from './source.ts';

/** Shopify's Events have their headers without the `X-` of its webhooks; all else is the same. */
const PREFIXES = ['shopify-', 'x-shopify-'] as const;
type Prefix = (typeof PREFIXES)[number];

const NAMES = ['event-id', 'webhook-id', 'topic', 'triggered-at'] as const;

const schemes = {
  'shopify-': hmacSigned({ header: 'Shopify-Hmac-SHA256', encoding: 'base64' }),
  'x-shopify-': hmacSigned({ header: 'X-Shopify-Hmac-SHA256', encoding: 'base64' }),
};

/** Which of the two it is says the signature that is there. */
function prefixOf(request: RawRequest): Prefix {
  const isSigned = (prefix: Prefix) => headerValue(request, `${prefix}hmac-sha256`) !== undefined;
  return PREFIXES.find(isSigned) ?? 'x-shopify-';
}

/** Shopify (shopify.dev: "Verify webhook deliveries", "Ignore duplicate webhooks"; npm @shopify/shopify-api: Events). */
export const shopify: Source = {
  signatureHeaders: PREFIXES.flatMap((prefix) => schemes[prefix].signatureHeaders),
  identityHeaders: PREFIXES.flatMap((prefix) => NAMES.map((name) => `${prefix}${name}`)),
  checkSecret: schemes['x-shopify-'].checkSecret,
  verify: (request, trust) => schemes[prefixOf(request)].verify(request, trust),

  identify(request) {
    const prefix = prefixOf(request);
    const value = (name: (typeof NAMES)[number]) => headerValue(request, `${prefix}${name}`);
    const topic = value('topic');
    const id = value('event-id') ?? value('webhook-id');
    return {
      // What a merchant did once may be told under several topics (created, updated), with the same body even.
      id: id === undefined ? undefined : `${topic ?? ''}:${id}`,
      type: topic,
      sentAt: timeOf(value('triggered-at')),
    };
  },
};
