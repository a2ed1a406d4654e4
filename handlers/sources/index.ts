import type { BuiltInType, CertifiedType, SourceSettings } from '../contract.ts';
import { apiKey, basic, bearer } from './authorization.ts';
import { CERTIFIED_SOURCES } from './certified.ts';
import { describedSource } from './described.ts';
import { withHandshakes } from './described-handshake.ts';
import { withEventId } from './event-id.ts';
import { genericSignature } from './generic-signature.ts';
import { gitLab } from './gitlab.ts';
import { jwt } from './jwt.ts';
import { meta } from './meta.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { none } from './none.ts';
import { shopify } from './shopify.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { twilio } from './twilio.ts';
import { x } from './x.ts';

/** A sender, or how to make one of what the user says about it. */
type Entry = Source | ((settings: SourceSettings) => Source);

/** Every source that the functions have code for: one that is missing here doesn't compile. */
const SOURCES: Readonly<Record<Exclude<BuiltInType, CertifiedType>, Entry>> &
  Readonly<Partial<Record<CertifiedType, Entry>>> = {
  ...CERTIFIED_SOURCES,
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

/** Made once: what a user describes is parsed for it. */
const made = new WeakMap<SourceSettings, Source>();

/** The source as `spec.source` describes it. */
export function sourceOf(settings: SourceSettings): Source {
  const source = made.get(settings) ?? makeSource(settings);
  made.set(settings, source);
  return source;
}

function makeSource(settings: SourceSettings): Source {
  const { sender, handshakes = [] } = settings;
  const own = sender === undefined ? builtIn(settings) : describedSource(sender);
  const source = withHandshakes(own, [...handshakes, ...(sender?.handshakes ?? [])]);
  return settings.eventId === undefined ? source : withEventId(source, settings.eventId);
}

/** Whether there is such a source, or one is described with it. */
export const isKnown = ({ type, sender }: Partial<SourceSettings>): boolean =>
  typeof type === 'string' && (typeof sender === 'object' || Object.hasOwn(SOURCES, type));

function builtIn(settings: SourceSettings): Source {
  // It is there: what isn't known gets no further than the settings.
  const entry = SOURCES[settings.type as BuiltInType] as Entry;
  return typeof entry === 'function' ? entry(settings) : entry;
}
