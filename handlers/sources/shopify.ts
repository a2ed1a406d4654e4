import { headerValue } from '../raw-request.ts';
import { hmacSigned } from './hmac-signature.ts';
import { timeOf } from './json-body.ts';
import type { Source } from './source.ts';

const EVENT = 'x-shopify-event-id';
const DELIVERY = 'x-shopify-webhook-id';
const TOPIC = 'x-shopify-topic';
const TRIGGERED = 'x-shopify-triggered-at';

/** Shopify (shopify.dev: "Verify webhook deliveries", "Ignore duplicate webhooks"). */
export const shopify: Source = {
  ...hmacSigned({ header: 'X-Shopify-Hmac-SHA256', encoding: 'base64' }),
  identityHeaders: [EVENT, DELIVERY, TOPIC, TRIGGERED],

  identify(request) {
    const topic = headerValue(request, TOPIC);
    const id = headerValue(request, EVENT) ?? headerValue(request, DELIVERY);
    return {
      // What a merchant did once may be told under several topics (created, updated), with the same body even.
      id: id === undefined ? undefined : `${topic ?? ''}:${id}`,
      type: topic,
      sentAt: timeOf(headerValue(request, TRIGGERED)),
    };
  },
};
