import type { Sender } from './sender.ts';

/** HubSpot. */
export const hubSpot: Sender = {
  title: 'HubSpot',
  page: 'https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests',
  secret: 'the client secret of the app',
  shown: {
    by: 'example',
    of: 'https://github.com/HubSpot/hubspot-api-python/blob/master/tests/spec/utils/test_signature.py',
  },
  scheme: {
    hmac: {
      header: 'X-HubSpot-Signature-v3',
      encoding: 'base64',
      template: '{method}{url}{body}{timestamp}',
      timestamp: { header: 'X-HubSpot-Request-Timestamp', format: 'milliseconds' },
    },
  },
  event: { id: ['{bodySha256}'] },
  // HubSpot says of `eventId` that it isn't unique.
  batch: {
    each: '$',
    event: {
      id: [],
      type: ['{json:$.subscriptionType}'],
      sentAt: { at: '{json:$.occurredAt}', format: 'milliseconds' },
      retry: '{json:$.attemptNumber}',
    },
    varying: ['$.attemptNumber'],
  },
};
