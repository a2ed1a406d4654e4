import type { Sender } from './sender.ts';

const item = (field: string) => `$.NotificationRequestItem.${field}`;
const inFirst = (field: string) => `{json:$.notificationItems[0].NotificationRequestItem.${field}}`;

/** Adyen, standard webhooks. */
export const adyen: Sender = {
  title: 'Adyen, standard webhooks',
  page: 'https://github.com/Adyen/adyen-node-api-library/blob/main/src/utils/hmacValidator.ts',
  secret: 'the HMAC key of the webhook',
  shown: {
    by: 'example',
    of: 'https://github.com/Adyen/adyen-node-api-library/blob/main/src/__tests__/hmacValidator.spec.ts',
  },
  answers: { body: '[accepted]' },
  note: 'Adyen signs eight fields of each item and nothing else of it: what else stands in a body is as sure as the TLS it came by.',
  scheme: {
    bodyHmac: {
      items: '$.notificationItems',
      signature: item('additionalData.hmacSignature'),
      fields: [
        'pspReference',
        'originalReference',
        'merchantAccountCode',
        'merchantReference',
        'amount.value',
        'amount.currency',
        'eventCode',
        'success',
      ].map(item),
      separator: ':',
      encoding: 'base64',
      keyEncoding: 'hex',
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: [inFirst('eventCode')],
    sentAt: { at: inFirst('eventDate'), format: 'iso8601' },
  },
  batch: {
    each: '$.notificationItems',
    event: {
      id: [],
      type: [`{json:${item('eventCode')}}`],
      sentAt: { at: `{json:${item('eventDate')}}`, format: 'iso8601' },
    },
  },
};
