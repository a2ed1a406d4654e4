import type { Sender } from './sender.ts';

/** Intercom. */
export const intercom: Sender = {
  title: 'Intercom',
  page: 'https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications',
  secret: 'the client secret of the app',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Hub-Signature', algorithm: 'sha1', encoding: 'hex', prefix: 'sha1=' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.topic}'],
    sentAt: { at: '{json:$.created_at}', format: 'seconds' },
  },
  handshakes: [{ method: 'HEAD', answer: {} }],
};
