import type { ResponseSettings } from '../contract.ts';
import type { HandshakeAnswer, UnverifiedReason } from '../sources/source.ts';
import type { GatewayResponse } from './gateway-event.ts';

/** Why a delivery was not accepted: for the owner's log and metric; the sender sees a status that several share. */
export type RefusalReason =
  | UnverifiedReason
  | 'method-not-allowed'
  | 'body-malformed'
  | 'header-repeated'
  | 'message-too-large'
  /** By the user's will: nothing is taken. */
  | 'endpoint-disabled'
  /** By the user's own code. */
  | 'unauthorized'
  | UnavailableReason;

/** Nothing is wrong with the delivery: the sender is to try again. */
export type UnavailableReason =
  | 'settings-broken'
  | 'own-code-failed'
  | 'sender-unreachable'
  | 'enqueue-failed'
  | 'internal-error';

type Refusing = Pick<
  ResponseSettings,
  'rejectedStatusCode' | 'unavailableStatusCode' | 'disabledStatusCode' | 'emptyRefusals'
>;

/** Senders with a schedule of their own ignore it; the others come back after a burst rather than in it. */
const RETRY_AFTER_SECONDS = '30';

export function acceptance({ statusCode, contentType, body }: ResponseSettings): GatewayResponse {
  return { statusCode, headers: { 'Content-Type': contentType }, body };
}

export function answer({ statusCode, contentType, headers, body }: HandshakeAnswer): GatewayResponse {
  return {
    statusCode,
    headers: { ...headers, 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' },
    body,
  };
}

/** What the sender sees. No answer tells why a delivery isn't authentic: that would help to forge one. */
export function refusal(reason: RefusalReason, settings: Refusing): GatewayResponse {
  const response = explained(reason, settings);
  return settings.emptyRefusals ? { ...response, body: '' } : response;
}

function explained(reason: RefusalReason, codes: Refusing): GatewayResponse {
  switch (reason) {
    case 'method-not-allowed':
      return problem(405, 'method not allowed', { Allow: 'POST' });
    case 'body-malformed':
      return problem(400, 'malformed body');
    case 'message-too-large':
    case 'body-too-complex':
      return problem(413, 'too large');
    case 'endpoint-disabled':
      return problem(codes.disabledStatusCode ?? codes.unavailableStatusCode, 'disabled');
    case 'settings-broken':
    case 'own-code-failed':
    case 'sender-unreachable':
    case 'enqueue-failed':
    case 'internal-error':
      return problem(codes.unavailableStatusCode, 'unavailable', { 'Retry-After': RETRY_AFTER_SECONDS });
    default:
      return problem(codes.rejectedStatusCode, 'rejected');
  }
}

function problem(statusCode: number, error: string, headers: Record<string, string> = {}): GatewayResponse {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ error }),
  };
}
