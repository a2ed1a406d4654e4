import type { CertifiedType, SourceSettings } from '../contract.ts';
import { payPal } from './paypal.ts';
import { sns } from './sns.ts';
import type { Source } from './source.ts';

/**
 * Sources whose deliveries name the certificate that they are signed with. They stand apart because a function for any other
 * source is built without them: this module is nothing there.
 */
export const CERTIFIED_SOURCES:
  | Readonly<Record<CertifiedType, Source | ((settings: SourceSettings) => Source)>>
  | undefined = { SNS: sns, PayPal: payPal };
