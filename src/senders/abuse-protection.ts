import type { HandshakeSettings } from '../../handlers/contract.ts';

/** Leave to send, for whoever asks and at any rate (CloudEvents: HTTP 1.1 Web Hooks for Event Delivery, section 4). */
export const abuseProtection: HandshakeSettings = {
  method: 'OPTIONS',
  when: { '{header:WebHook-Request-Origin}': null },
  answer: {
    headers: {
      Allow: 'POST',
      'WebHook-Allowed-Origin': '{header:WebHook-Request-Origin}',
      'WebHook-Allowed-Rate': '*',
    },
  },
};
