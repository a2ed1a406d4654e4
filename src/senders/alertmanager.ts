import type { Sender } from './sender.ts';

/** Prometheus Alertmanager. */
export const alertmanager: Sender = {
  title: 'Prometheus Alertmanager',
  page: 'https://prometheus.io/docs/alerting/latest/configuration/',
  secret: 'the bearer token that `http_config.authorization` names',
  note: 'A notification is a group of alerts and one event; `eventId.each: $.alerts` makes each alert one.',
  shown: { by: 'documentation' },
  scheme: { authorization: 'Bearer' },
  event: { id: ['{bodySha256}'], type: ['{json:$.status}'] },
};
