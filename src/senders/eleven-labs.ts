import type { Sender } from './sender.ts';

/** ElevenLabs. */
export const elevenLabs: Sender = {
  title: 'ElevenLabs',
  page: 'https://github.com/elevenlabs/elevenlabs-js/blob/main/src/wrapper/webhooks.ts',
  secret: 'the shared secret of the webhook',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'ElevenLabs-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v0' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'seconds' },
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.event_timestamp}', format: 'seconds' },
  },
};
