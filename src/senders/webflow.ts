import type { Sender } from './sender.ts';

/** Webflow. */
export const webflow: Sender = {
  title: 'Webflow',
  page: 'https://developers.webflow.com/data/docs/working-with-webhooks',
  secret: 'the secret key of the webhook, or the client secret of the app',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'x-webflow-signature',
      encoding: 'hex',
      template: '{timestamp}:{body}',
      timestamp: { header: 'x-webflow-timestamp', format: 'milliseconds' },
    },
  },
  event: { id: ['{bodySha256}'], type: ['{json:$.triggerType}'] },
};
