import { BUILT_IN_TYPES, isSigned, type SourceSettings } from '../../handlers/contract.ts';
import type { Sender } from './sender.ts';
import { SENDERS } from './senders.ts';

/** Every sender that can be named in `spec.source.type`; the CRD's enum is made from this list. */
export const SOURCE_TYPES = [...BUILT_IN_TYPES, ...namesOf(SENDERS)] as const;

export const SIGNED_SOURCE_TYPES = SOURCE_TYPES.filter(isSigned);

/** Types of senders that sign the URL. */
export const URL_SIGNING_TYPES: readonly string[] = [
  'Twilio',
  ...namesOf(SENDERS).filter((name) => signsUrl(SENDERS[name])),
];

/** What a function is told: a sender that is data comes with it. */
export function withSender(source: SourceSettings): SourceSettings {
  const sender = Object.hasOwn(SENDERS, source.type)
    ? SENDERS[source.type as keyof typeof SENDERS]
    : undefined;
  if (sender === undefined) return source;
  const { scheme, event, handshakes }: Sender = sender;
  return { ...source, sender: { scheme, event, ...(handshakes && { handshakes }) } };
}

function namesOf<T extends object>(table: T) {
  return Object.keys(table) as (keyof T & string)[];
}

function signsUrl({ scheme }: Sender): boolean {
  return /\{(url|path|query)\}/.test((scheme.hmac ?? scheme.publicKey)?.template ?? '');
}
