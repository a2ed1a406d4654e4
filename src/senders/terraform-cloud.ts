import type { Sender } from './sender.ts';

/** HCP Terraform (Terraform Cloud). */
export const terraformCloud: Sender = {
  title: 'HCP Terraform (Terraform Cloud)',
  page: 'https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations',
  secret: 'the token of the notification configuration',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-TFE-Notification-Signature', algorithm: 'sha512', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.notifications[0].trigger}'],
    sentAt: { at: '{json:$.notifications[0].run_updated_at}', format: 'iso8601' },
  },
};
