import { createHmac } from 'node:crypto';
import {
  type HandshakeSettings,
  isProofHeader,
  type SchemeSettings,
  type SenderSettings,
} from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { basic, bearer } from './authorization.ts';
import { eventReader } from './event-reader.ts';
import { jsonAnswer, textAnswer } from './handshake.ts';
import { type Half, hmacSigned } from './hmac-signature.ts';
import { BODY_LIMITS } from './limits.ts';
import { known, placedText } from './places.ts';
import { publicKeySigned } from './public-key.ts';
import type { HandshakeAnswer, Source, Trust } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { tokenInBody, tokenSent } from './token.ts';

type Proving = Omit<Half, 'timeIn'> & Partial<Pick<Half, 'timeIn'>>;

/** A named sender, as the operator describes it. */
export function describedSource({ scheme, event, batch, handshakes = [] }: SenderSettings): Source {
  const proving = schemeOf(scheme);
  const told = eventReader(event);
  const inElements = batch === undefined ? [] : eventReader(batch.event).headers;
  const named = [...told.headers, ...inElements];
  const questions = handshakes.map(handshakeOf);
  return {
    signatureHeaders: [...proving.signatureHeaders, ...named.filter(isProofHeader)],
    identityHeaders: [...proving.identityHeaders, ...named.filter((name) => !isProofHeader(name))],
    batch,
    checkSecret: proving.checkSecret,
    verify: proving.verify,
    identify: (request) => ({ ...told.read(request), attemptedAt: proving.timeIn?.(request) }),

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
  return 'header' in token ? tokenSent(token.header) : tokenInBody(token.jsonPath);
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
