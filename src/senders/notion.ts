import type { Sender } from './sender.ts';

/** Notion. */
export const notion: Sender = {
  title: 'Notion',
  page: 'https://developers.notion.com/reference/webhooks',
  secret: 'the verification token of the subscription',
  shown: { by: 'library', of: '@notionhq/client' },
  note: 'Notion sends the verification token once, to the URL, and in no other way. Make the pipeline with `type: None`, subscribe, read `verification_token` in the document that is stored, give it to Notion and put it into a Secret, and set the type. A retry counts its attempts in its body, so that it is a second document of its event, marked as conflict.',
  scheme: { hmac: { header: 'X-Notion-Signature', encoding: 'hex', prefix: 'sha256=' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
    attempt: '{json:$.attempt_number}',
  },
};
