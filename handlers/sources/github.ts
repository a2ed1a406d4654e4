import { headerValue } from '../raw-request.ts';
import { sha256Hex } from '../sha256.ts';
import { hmacMatches } from './hmac.ts';
import type { Source } from './source.ts';

const SIGNATURE = 'x-hub-signature-256';
const HOOK = 'x-github-hook-id';
const DELIVERY = 'x-github-delivery';
const EVENT = 'x-github-event';

/** GitHub (docs.github.com: "Validating webhook deliveries", "Webhook events and payloads"). */
export const gitHub: Source = {
  signatureHeaders: [SIGNATURE],
  identityHeaders: [HOOK, DELIVERY, EVENT],
  checkSecret: () => undefined,

  verify(request, { secrets }) {
    const header = headerValue(request, SIGNATURE);
    if (header === undefined) return 'signature-missing';
    const hex = /^sha256=([0-9a-f]{64})$/i.exec(header)?.[1];
    if (hex === undefined) return 'signature-malformed';
    const signature = Buffer.from(hex, 'hex');
    return hmacMatches('sha256', secrets, [request.body], [signature]) ? 'authentic' : 'signature-mismatch';
  },

  identify(request) {
    const delivery = headerValue(request, DELIVERY);
    const hook = headerValue(request, HOOK);
    return {
      id: identity(hook, delivery) ?? `sha256:${sha256Hex(request.body)}`,
      type: headerValue(request, EVENT),
    };
  },
};

/**
 * A delivery id is the event's, so several hooks (two apps, say) get one and the same with different payloads: only
 * with the hook's id is it one event of ours. GitHub always sends both. A relay may drop them: without the hook's id
 * the delivery's must do, and without any the body is the event, so that nothing is lost and a repeat still is one.
 */
function identity(hook: string | undefined, delivery: string | undefined): string | undefined {
  return hook !== undefined && delivery !== undefined ? `${hook}:${delivery}` : delivery;
}
