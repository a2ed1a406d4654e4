import type { Sender } from './sender.ts';

/** Prometheus Alertmanager. */
export const alertmanager: Sender = {
  title: 'Prometheus Alertmanager',
  page: 'https://prometheus.io/docs/alerting/latest/configuration/',
  secret: 'the bearer token that `http_config.authorization` names',
  shown: { by: 'documentation' },
  scheme: { authorization: 'Bearer' },
  event: { id: ['{bodySha256}'], type: ['{json:$.status}'] },
};
