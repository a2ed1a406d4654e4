import { SQS_MESSAGE_BYTES } from '../contract.ts';
import { type Envelope, encodeEnvelope } from '../envelope.ts';
import { contentEncoding, headerValue, type RawRequest } from '../raw-request.ts';
import { sourceOf } from '../sources/index.ts';
import { isWanted } from '../sources/only.ts';
import type { HandshakeAnswer, Source, Trust } from '../sources/source.ts';
import { storableIdentity } from '../storable-identity.ts';
import { keptHeaders } from './kept-headers.ts';
import type { RefusalReason } from './responses.ts';
import type { PreQueueSettings } from './settings.ts';

export type Receipt =
  | {
      readonly kind: 'accepted';
      readonly envelope: Envelope;
      readonly message: string;
      /** It is not to be stored. */
      readonly isUnwanted: boolean;
      /** In place of the configured one. */
      readonly answer?: HandshakeAnswer;
    }
  | { readonly kind: 'answer'; readonly answer: HandshakeAnswer }
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

/**
 * Decides on one request, from nothing but its arguments. The order matters: a handshake may come with any method;
 * what isn't authentic is refused before its size or anything else of it is judged, but for a size that keeps it from being
 * verified.
 */
export function receive(
  request: RawRequest,
  { source: settings, secrets }: Pick<PreQueueSettings, 'source' | 'secrets'>,
  now: Date,
  id: string,
  certificate?: Trust['certificate'],
): Receipt {
  const source = sourceOf(settings);
  const trust = { secrets, settings, now, certificate };

  if (contradictsItself(request, source)) return refused('header-repeated');
  const answer = source.handshake?.(request, trust);
  if (typeof answer === 'string') return refused(answer);
  if (answer !== undefined) return { kind: 'answer', answer };

  // POST is what every sender in the table uses; another method is a browser, a scanner or a mistake.
  if (request.method !== 'POST') return refused('method-not-allowed');
  const verdict = source.verify(request, trust);
  if (verdict !== 'authentic') return refused(verdict);

  const event = source.identify(request);
  const { only } = settings;
  const batch = source.batch?.ifList && !isList(request) ? undefined : source.batch;
  const envelope: Envelope = {
    id,
    receivedAt: now,
    source: settings.type,
    identity: event.id === undefined ? id : storableIdentity(event.id),
    eventType: event.type,
    sentAt: event.sentAt,
    sequence: event.sequence,
    attemptedAt: event.attemptedAt,
    attempt: event.attempt,
    batch,
    only: batch && only,
    contentType: headerValue(request, 'content-type'),
    contentEncoding: contentEncoding(request),
    headers: keptHeaders(request.headers, source, settings.keepHeaders),
    body: request.body,
  };
  const message = encodeEnvelope(envelope);
  // Of several events each is judged by itself, once they are told apart.
  const isUnwanted = !batch && only !== undefined && !isWanted(only, event.type, request);
  if (message.length > SQS_MESSAGE_BYTES && !isUnwanted) return refused('message-too-large');
  return { kind: 'accepted', envelope, message, isUnwanted };
}

const isList = (request: RawRequest) =>
  headerValue(request, 'ce-id') === undefined && request.body.find((byte) => byte > 0x20) === 0x5b;

export function refused(reason: RefusalReason): Receipt {
  return { kind: 'refused', reason };
}

/**
 * A header that decides is there with two values: which one the sender meant, and which one another reader of the
 * same request would take, nobody can tell. The same value twice, as some proxies make it, contradicts nothing.
 */
function contradictsItself(request: RawRequest, source: Source): boolean {
  return [...source.signatureHeaders, ...source.identityHeaders].some((name) =>
    request.headers.get(name)?.some((value, _, values) => value !== values[0]),
  );
}
