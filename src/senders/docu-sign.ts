import type { Sender } from './sender.ts';

/** DocuSign Connect. */
export const docuSign: Sender = {
  title: 'DocuSign Connect',
  page: 'https://www.docusign.com/blog/developers/manually-authenticating-hmac-signatures-docusign-connect-webhook-configurations',
  secret: 'the HMAC key of Connect',
  shown: { by: 'documentation' },
  note: 'DocuSign gives an event no identity, so a repeat is a document of its own; `eventId` can name one.',
  scheme: {
    hmac: {
      headers: ['X-DocuSign-Signature-1', 'X-DocuSign-Signature-2', 'X-DocuSign-Signature-3'],
      encoding: 'base64',
    },
  },
  event: {
    id: [],
    type: ['{json:$.event}'],
    sentAt: { at: '{json:$.generatedDateTime}', format: 'iso8601' },
  },
};
