import { headerValue } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { hubSigned } from './hub-signature.ts';
import type { Source } from './source.ts';

const HOOK = 'x-github-hook-id';
const DELIVERY = 'x-github-delivery';
const EVENT = 'x-github-event';

/** GitHub (docs.github.com: "Validating webhook deliveries", "Webhook events and payloads"). */
export const gitHub: Source = {
  ...hubSigned('X-Hub-Signature-256'),
  identityHeaders: [HOOK, DELIVERY, EVENT],

  identify(request) {
    const delivery = headerValue(request, DELIVERY);
    const hook = headerValue(request, HOOK);
    return { id: identity(hook, delivery) ?? bodyId(request), type: headerValue(request, EVENT) };
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
