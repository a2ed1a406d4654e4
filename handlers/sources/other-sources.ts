import type { BuiltInType, CertifiedType } from '../contract.ts';
import { apiKey, basic, bearer } from './authorization.ts';
import { genericSignature } from './generic-signature.ts';
import { gitLab } from './gitlab.ts';
import { jwt } from './jwt.ts';
import { meta } from './meta.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { none } from './none.ts';
import { shopify } from './shopify.ts';
import type { SourceEntry } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { twilio } from './twilio.ts';
import { x } from './x.ts';

export { describedSource } from './described.ts';

/**
 * All sources whose deliveries name no certificate, where one that is missing doesn't compile. They stand apart because a
 * function for those that do is built without them: this module's exports are nothing there.
 */
export const OTHER_SOURCES: Readonly<Record<Exclude<BuiltInType, CertifiedType>, SourceEntry>> | undefined = {
  None: none,
  StandardWebhooks: standardWebhooks,
  Shopify: shopify,
  Twilio: twilio,
  GitLab: gitLab,
  Meta: meta,
  X: x,
  MicrosoftGraph: microsoftGraph,
  HMAC: genericSignature,
  PublicKey: genericSignature,
  JWT: jwt,
  ApiKey: apiKey,
  Basic: basic,
  Bearer: bearer,
};
