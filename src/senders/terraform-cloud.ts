import type { Sender } from './sender.ts';

/** HCP Terraform, which was Terraform Cloud, and Terraform Enterprise: generic notifications. */
export const terraformCloud: Sender = {
  title: 'HCP Terraform (Terraform Cloud)',
  page: 'https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations#notification-authenticity',
  secret: 'the token of the notification, whose destination is a webhook (generic),',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-TFE-Notification-Signature', algorithm: 'sha512', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.notifications[0].trigger}', '{json:$.trigger}'],
    sentAt: { at: '{json:$.notifications[0].run_updated_at}', format: 'iso8601' },
  },
};
