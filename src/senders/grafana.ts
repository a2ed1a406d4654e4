import type { Sender } from './sender.ts';

/** Grafana alerting. */
export const grafana: Sender = {
  title: 'Grafana alerting',
  page: 'https://github.com/grafana/alerting/blob/main/http/hmac.go',
  secret: 'the secret of the contact point, with the timestamp header `X-Grafana-Alerting-Timestamp` set',
  note: 'A notification is a group of alerts and one event; `eventId.each: $.alerts` makes each alert one.',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-Grafana-Alerting-Signature',
      encoding: 'hex',
      template: '{timestamp}:{body}',
      timestamp: { header: 'X-Grafana-Alerting-Timestamp', format: 'seconds' },
    },
  },
  event: { id: ['{bodySha256}'], type: ['{json:$.status}'] },
};
