import type { Sender } from './sender.ts';

/** SonarQube and SonarCloud. */
export const sonar: Sender = {
  title: 'SonarQube and SonarCloud',
  page: 'https://docs.sonarsource.com/sonarqube-server/latest/project-administration/webhooks/',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Sonar-Webhook-HMAC-SHA256', encoding: 'hex' } },
  event: { id: ['{json:$.taskId}'], type: ['{json:$.status}'] },
};
