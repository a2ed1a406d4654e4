import { decodeBase64Url } from '../base64.ts';
import type { JwtSettings, SourceSettings } from '../contract.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { sha256Hex } from '../sha256.ts';
import { credentials } from './authorization.ts';
import { type Half, hmacProof } from './hmac-signature.ts';
import { at } from './json-body.ts';
import { publicKeyProof } from './public-key.ts';
import type { Source, Trust, Verdict } from './source.ts';

/** RFC 7518, section 3.1. */
const proofOf = {
  HS256: () => hmacProof({}),
  RS256: () => publicKeyProof('rsa-sha256'),
  ES256: () => publicKeyProof('ecdsa-p256-sha256'),
} as const;

/** Any sender that sends a JSON Web Token along, as the user describes it. */
export function jwt({ jwt: settings }: SourceSettings): Source {
  if (settings === undefined) throw new Error('source JWT has no jwt settings');
  return { ...tokenSigned(settings), identify: () => ({}) };
}

/** The half of a source whose sender does (RFC 7519; RFC 7515: compact serialization). */
export function tokenSigned(settings: JwtSettings): Omit<Half, 'timeIn'> {
  const { algorithm, audience, issuer, bodyHashClaim } = settings;
  const proof = proofOf[algorithm]();
  const name = settings.header.toLowerCase();

  const judge = (
    claims: unknown,
    request: RawRequest,
    { now, settings: { toleranceSeconds } }: Trust,
  ): Verdict => {
    const [expires, issued, notBefore] = ['exp', 'iat', 'nbf'].map((claim) => at(claims, claim));
    for (const time of [expires, issued, notBefore])
      if (time !== undefined && typeof time !== 'number') return 'timestamp-malformed';
    const latest = (expires ?? issued) as number | undefined;
    // Else it is good for any body, for ever.
    if (latest === undefined && bodyHashClaim === undefined) return 'timestamp-missing';
    const seconds = now.getTime() / 1000;
    if (latest !== undefined && seconds > latest + toleranceSeconds) return 'timestamp-too-old';
    for (const time of [issued, notBefore] as (number | undefined)[])
      if (time !== undefined && seconds < time - toleranceSeconds) return 'timestamp-in-future';
    if (audience !== undefined && ![at(claims, 'aud')].flat().includes(audience)) return 'token-mismatch';
    if (issuer !== undefined && at(claims, 'iss') !== issuer) return 'token-mismatch';
    const isOfBody =
      bodyHashClaim === undefined ||
      String(at(claims, bodyHashClaim)).toLowerCase() === sha256Hex(request.body);
    return isOfBody ? 'authentic' : 'body-mismatch';
  };

  return {
    signatureHeaders: [name],
    identityHeaders: [],
    checkSecret: proof.checkSecret,
    verify(request, trust) {
      const value = headerValue(request, name);
      if (value === undefined) return 'token-missing';
      const [head = '', claims = '', signature = '', ...more] = (credentials('bearer', value) ?? value).split(
        '.',
      );
      const [header, digest] = [parsed(head), decodeBase64Url(signature)];
      const isOurs = at(header, 'alg') === algorithm && at(header, 'crit') === undefined;
      if (!isOurs || more.length > 0 || !digest || !proof.isLength(digest.length)) return 'token-malformed';
      if (!proof.matches(trust.secrets, [`${head}.${claims}`], [digest])) return 'token-mismatch';
      return judge(parsed(claims), request, trust);
    },
  };
}

/** One part of a token; undefined if it isn't base64 of JSON. */
function parsed(part: string): unknown {
  try {
    return JSON.parse(String(decodeBase64Url(part)));
  } catch {
    return undefined;
  }
}
