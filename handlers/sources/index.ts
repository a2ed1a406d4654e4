import type { SourceSettings, SourceType } from '../contract.ts';
import { apiKey, basic, bearer } from './authorization.ts';
import { bitbucket } from './bitbucket.ts';
import { withEventId } from './event-id.ts';
import { genericHmac } from './generic-hmac.ts';
import { gitHub } from './github.ts';
import { gitLab } from './gitlab.ts';
import { jira } from './jira.ts';
import { meta } from './meta.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { none } from './none.ts';
import { okta } from './okta.ts';
import { shopify } from './shopify.ts';
import { slack } from './slack.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { twilio } from './twilio.ts';
import { x } from './x.ts';

/** A sender, or how to make one of what the user says about it. */
type Entry = Source | ((settings: SourceSettings) => Source);

/** Every source that the contract names: one that is missing here doesn't compile. */
const SOURCES: Readonly<Record<SourceType, Entry>> = {
  None: none,
  GitHub: gitHub,
  StandardWebhooks: standardWebhooks,
  Stripe: stripe,
  Shopify: shopify,
  Slack: slack,
  Twilio: twilio,
  GitLab: gitLab,
  Jira: jira,
  Bitbucket: bitbucket,
  Meta: meta,
  X: x,
  MicrosoftGraph: microsoftGraph,
  Okta: okta,
  HMAC: genericHmac,
  ApiKey: apiKey,
  Basic: basic,
  Bearer: bearer,
};

/** Made once: what a user describes is parsed for it. */
const made = new WeakMap<SourceSettings, Source>();

/** The source as `spec.source` describes it. */
export function sourceOf(settings: SourceSettings): Source {
  const source = made.get(settings) ?? makeSource(settings);
  made.set(settings, source);
  return source;
}

function makeSource(settings: SourceSettings): Source {
  const entry = SOURCES[settings.type];
  const source = typeof entry === 'function' ? entry(settings) : entry;
  return settings.eventId === undefined ? source : withEventId(source, settings.eventId);
}
