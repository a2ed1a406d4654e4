import type { Sender } from './sender.ts';

/** Azure DevOps service hooks. */
export const azureDevOps: Sender = {
  title: 'Azure DevOps service hooks',
  page: 'https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks',
  secret: 'user and password of the basic authentication, as user:password',
  shown: { by: 'documentation' },
  scheme: { authorization: 'Basic' },
  event: {
    id: ['{json:$.subscriptionId}:{json:$.id}', '{json:$.id}'],
    type: ['{json:$.eventType}'],
    sentAt: { at: '{json:$.createdDate}', format: 'iso8601' },
  },
};
