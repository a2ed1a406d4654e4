import type { BodyHmacScheme } from '../contract.ts';
import { DECODE, type Half, hmacProof } from './hmac-signature.ts';
import { at, jsonBody, scalarOf, stepsOf, UNREAD } from './json-body.ts';
import type { Trust, Verdict } from './source.ts';
import { timestampProblem } from './timestamp.ts';

/** The half of a source whose sender signs fields of a JSON body within that body, which is parsed to be verified. */
export function signedInBody(scheme: BodyHmacScheme): Omit<Half, 'timeIn'> {
  const { items, signature, fields, separator, timestamp, encoding } = scheme;
  const proof = hmacProof(scheme);
  const readerOf = (path: string) => {
    const steps = stepsOf(path);
    return (item: unknown) => scalarOf(at(item, ...steps));
  };
  const [digestIn, ...values] = [signature, ...fields].map(readerOf);
  const timeIn = timestamp === undefined ? undefined : readerOf(timestamp);

  const judge = (item: unknown, trust: Trust): Verdict => {
    const text = digestIn?.(item);
    if (text === undefined) return 'signature-missing';
    const digest = DECODE[encoding](text);
    if (digest === undefined || !proof.isLength(digest.length)) return 'signature-malformed';
    const signed = values.map((value) => value(item) ?? '').join(separator);
    if (!proof.matches(trust.secrets, [signed], [digest])) return 'signature-mismatch';
    return (timeIn && timestampProblem(timeIn(item), trust)) ?? 'authentic';
  };

  return {
    signatureHeaders: [],
    identityHeaders: [],
    checkSecret: proof.checkSecret,
    verify(request, trust) {
      const body = jsonBody(request);
      if (body === UNREAD) return 'body-too-complex';
      const list = items === undefined ? [body] : at(body, ...stepsOf(items));
      if (!Array.isArray(list) || list.length === 0) return 'signature-missing';
      for (const item of list) {
        const verdict = judge(item, trust);
        if (verdict !== 'authentic') return verdict;
      }
      return 'authentic';
    },
  };
}
