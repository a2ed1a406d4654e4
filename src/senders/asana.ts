import type { Sender } from './sender.ts';

/** Asana. */
export const asana: Sender = {
  title: 'Asana',
  page: 'https://github.com/Asana/devrel-examples/blob/master/javascript/webhooks-nodejs/index.js',
  secret: 'the `X-Hook-Secret` that stands in the answer to the call that makes the webhook',
  shown: { by: 'documentation' },
  note: 'The same secret comes with the question before it, and is given back but never taken from there: whoever asks first would be trusted. So make the pipeline with any text in the Secret, then the webhook, and put the secret of its answer in place of that text.',
  scheme: { hmac: { header: 'X-Hook-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'] },
  handshakes: [
    {
      method: 'POST',
      when: { '{header:X-Hook-Secret}': null },
      answer: { headers: { 'X-Hook-Secret': '{header:X-Hook-Secret}' } },
    },
  ],
};
