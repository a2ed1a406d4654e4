import {
  BUILT_IN_TYPES,
  needsSecret,
  type ResponseSettings,
  type SourceSettings,
} from '../../handlers/contract.ts';
import type { Answers, Sender } from './sender.ts';
import { SENDERS } from './senders.ts';

/** Every sender that can be named in `spec.source.type`; the CRD's enum is made from this list. */
export const SOURCE_TYPES = [...BUILT_IN_TYPES, ...namesOf(SENDERS)] as const;

export const SECRET_SOURCE_TYPES = SOURCE_TYPES.filter(needsSecret);

/** Types of senders that sign the URL. */
export const URL_SIGNING_TYPES: readonly string[] = [
  'Twilio',
  ...namesOf(SENDERS).filter((name) => signsUrl(SENDERS[name])),
];

/** Types of senders that say of a request, as a whole, of which type its event is. */
export const REQUEST_TELLING_TYPES: readonly string[] = [
  'Shopify',
  'GitLab',
  'SNS',
  'PayPal',
  ...namesOf(SENDERS).filter((name) => (SENDERS[name] as Sender).event.type !== undefined),
];

/** Types of senders that say of each event of which type it is, be it a request or an element of one. */
export const TELLING_TYPES: readonly string[] = [
  'Shopify',
  'GitLab',
  'Meta',
  'MicrosoftGraph',
  'SNS',
  'PayPal',
  ...namesOf(SENDERS).filter((name) => {
    const { event, batch }: Sender = SENDERS[name];
    return (batch?.event ?? event).type !== undefined;
  }),
];

/** What a function is told: a sender that is data comes with it. */
export function withSender(source: SourceSettings): SourceSettings {
  const sender = senderOf(source.type);
  if (sender === undefined) return source;
  const { scheme, event, batch, handshakes } = sender;
  return {
    ...source,
    sender: { scheme, event, ...(batch && { batch }), ...(handshakes && { handshakes }) },
  };
}

/** What a sender is answered where its user says nothing else. */
export function answersOf(type: string): Answers & Pick<ResponseSettings, 'statusCode' | 'body'> {
  return { statusCode: 200, body: '{"received":true}', ...senderOf(type)?.answers };
}

function senderOf(type: string): Sender | undefined {
  return Object.hasOwn(SENDERS, type) ? SENDERS[type as keyof typeof SENDERS] : undefined;
}

function namesOf<T extends object>(table: T) {
  return Object.keys(table) as (keyof T & string)[];
}

function signsUrl({ scheme }: Sender): boolean {
  return /\{(url|path|query)\}/.test((scheme.hmac ?? scheme.publicKey)?.template ?? '');
}
