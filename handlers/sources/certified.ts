import type { CertifiedType } from '../contract.ts';
import { payPal } from './paypal.ts';
import { sns } from './sns.ts';
import type { SourceEntry } from './source.ts';

/**
 * Sources whose deliveries name the certificate that they are signed with. They stand apart because a function for any other
 * source is built without them: this module is nothing there.
 */
export const CERTIFIED_SOURCES: Readonly<Record<CertifiedType, SourceEntry>> | undefined = {
  SNS: sns,
  PayPal: payPal,
};
