import { createHmac } from 'node:crypto';
import {
  type HandshakeSettings,
  isProofHeader,
  type SchemeSettings,
  type SenderSettings,
} from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { basic, bearer } from './authorization.ts';
import { bodyId } from './event-id.ts';
import { jsonAnswer, textAnswer } from './handshake.ts';
import { type Half, hmacSigned } from './hmac-signature.ts';
import { timeOf, UNREAD, wholeNumberOf } from './json-body.ts';
import { BODY_LIMITS } from './limits.ts';
import { placedText } from './places.ts';
import { publicKeySigned } from './public-key.ts';
import type { HandshakeAnswer, Source, Trust } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { tokenInBody, tokenInQuery, tokenSent } from './token.ts';

type Proving = Omit<Half, 'timeIn'> & Partial<Pick<Half, 'timeIn'>>;

/** A named sender, as the operator describes it. */
export function describedSource({ scheme, event, handshakes = [] }: SenderSettings): Source {
  const proving = schemeOf(scheme);
  const text = (places: string | undefined) => (places === undefined ? undefined : placedText(places));
  const ids = event.id.map(placedText);
  const types = (event.type ?? []).map(placedText);
  const [sentAt, retry, attempt] = [event.sentAt?.at, event.retry, event.attempt].map(text);
  const questions = handshakes.map(handshakeOf);
  const named = [...ids, ...types, sentAt, retry, attempt].flatMap((each) => each?.headers ?? []);

  const numberIn = (request: RawRequest, place: typeof retry) => wholeNumberOf(known(place?.read(request)));
  return {
    signatureHeaders: [...proving.signatureHeaders, ...named.filter(isProofHeader)],
    identityHeaders: [...proving.identityHeaders, ...named.filter((name) => !isProofHeader(name))],
    checkSecret: proving.checkSecret,
    verify: proving.verify,

    identify(request) {
      const retries = numberIn(request, retry);
      const time = known(sentAt?.read(request));
      return {
        id: first(ids, request, bodyId(request)),
        type: first(types, request),
        sentAt: time === undefined ? undefined : timeAs(time, event.sentAt?.format),
        attemptedAt: proving.timeIn?.(request),
        attempt: numberIn(request, attempt) ?? (retries === undefined ? undefined : retries + 1),
      };
    },

    ...(questions.length > 0 && {
      handshake(request: RawRequest, trust: Trust) {
        for (const { isAsked, isSigned, answer } of questions) {
          if (!isAsked(request)) continue;
          if (isSigned && proving.verify(request, trust) !== 'authentic') continue;
          const answered = answer(request, trust);
          if (answered !== undefined) return answered;
        }
        return undefined;
      },
    }),
  };
}

function schemeOf({ hmac, publicKey, token, authorization }: SchemeSettings): Proving {
  if (hmac !== undefined) return hmacSigned(hmac);
  if (publicKey !== undefined) return publicKeySigned(publicKey);
  if (authorization !== undefined) return authorization === 'Basic' ? basic : bearer;
  if (token === undefined) return standardWebhooks;
  if ('header' in token) return tokenSent(token.header);
  return 'query' in token ? tokenInQuery(token.query) : tokenInBody(token.jsonPath);
}

const known = (value: string | undefined | typeof UNREAD) => (value === UNREAD ? undefined : value);

/** The first that says something; `unread` once one can't be told because the body isn't parsed. */
function first(
  texts: readonly ReturnType<typeof placedText>[],
  request: RawRequest,
  unread?: string,
): string | undefined {
  for (const text of texts) {
    const value = text.read(request);
    if (value === UNREAD) return unread;
    if (value !== undefined) return value;
  }
  return undefined;
}

function timeAs(text: string, format: string | undefined): Date | undefined {
  const number = wholeNumberOf(text);
  // Some of a sender's events have a number and others a text.
  return number === undefined ? timeOf(text) : timeOf(number, format === 'seconds' ? 1000 : 1);
}

function handshakeOf({
  method,
  when = {},
  signed,
  answer: { statusCode = 200, text, json },
}: HandshakeSettings) {
  const conditions = Object.entries(when).map(([place, value]) => [placedText(place), value] as const);
  const words = Object.entries(when).flatMap(([place, value]) =>
    place.startsWith('{json:') ? (value ?? []) : [],
  );
  const members = Object.entries(json ?? {}).map(([name, value]) => {
    if (typeof value === 'number') return [name, () => value] as const;
    const isHmac = typeof value === 'object';
    const placed = placedText(isHmac ? value.hmacOf : value);
    return [
      name,
      (request: RawRequest, secret: string) => {
        const filled = known(placed.read(request));
        return isHmac && filled !== undefined
          ? createHmac('sha256', secret).update(filled).digest('hex')
          : filled;
      },
    ] as const;
  });
  const placed = text === undefined ? undefined : placedText(text);
  return {
    isSigned: signed === true,
    isAsked: (request: RawRequest) =>
      request.method === method &&
      // All other deliveries come by here too, and those of anyone: parsed is only what a sender may ask.
      request.body.length <= BODY_LIMITS.handshake.bytes &&
      words.every((word) => request.body.includes(word)) &&
      conditions.every(([place, value]) => {
        const found = known(place.read(request));
        return found !== undefined && (value === null || found === value);
      }),
    answer(request: RawRequest, { secrets: [secret = ''] }: Trust): HandshakeAnswer | undefined {
      if (json === undefined) {
        const filled = placed === undefined ? '' : known(placed.read(request));
        return filled === undefined ? undefined : { ...textAnswer(filled), statusCode };
      }
      const filled = members.map(([name, read]) => [name, read(request, secret)] as const);
      if (filled.some(([, value]) => value === undefined)) return undefined;
      return jsonAnswer(Object.fromEntries(filled) as Record<string, string | number>);
    },
  };
}
