import { decodeBase64 } from '../base64.ts';
import { headerValue, type RawRequest } from '../raw-request.ts';
import { partsOf } from './header-parts.ts';
import { hmacMatches } from './hmac.ts';
import { publicKeyMatches, publicKeyOf } from './public-key.ts';
import type { Source } from './source.ts';
import { timestampProblem, unixTimeOf } from './timestamp.ts';

const PUBLIC_KEY_PREFIX = 'whpk_';
const ED25519_KEY_BYTES = 32;

const LIST = { separator: ' ', assignment: ',' } as const;

/**
 * Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): Svix, OpenAI and
 * more. A secret is a shared key, `whsec_<base64>` or bare base64 (signatures `v1`), or the sender's ed25519 public
 * key, `whpk_<base64>` (signatures `v1a`). Svix sends the same headers under its own prefix.
 */
export const standardWebhooks: Source = standardWebhooksBy(false);

/** The same; whether the text of a secret is a key too, for senders whose secrets once were any text. */
export function standardWebhooksBy(isTextToo: boolean): Source {
  return {
    signatureHeaders: ['webhook-signature', 'svix-signature'],
    identityHeaders: ['webhook-id', 'webhook-timestamp', 'svix-id', 'svix-timestamp'],

    checkSecret(secret) {
      if (isTextToo || parseSecret(secret) !== undefined) return undefined;
      return secret.startsWith(PUBLIC_KEY_PREFIX)
        ? `is not an ed25519 public key (${PUBLIC_KEY_PREFIX} and the base64 of ${ED25519_KEY_BYTES} bytes)`
        : 'is not base64 after its prefix: copy it whole, as the sender shows it (whsec_…), or store the base64 of it if the sender signs with its text';
    },

    verify(request, trust) {
      const { id, timestamp, signature } = fields(request);
      if (signature === undefined) return 'signature-missing';
      if (id === undefined) return 'id-missing';
      const problem = timestampProblem(timestamp, trust);
      if (problem !== undefined) return problem;

      const shared = ofVersion(signature, 'v1');
      const asymmetric = ofVersion(signature, 'v1a');
      if (shared.length + asymmetric.length === 0) return 'signature-malformed';

      const keys = trust.secrets.flatMap((secret) => parseSecret(secret) ?? []);
      // Everyone has the text of a public key.
      const texts = isTextToo ? trust.secrets.filter((secret) => !secret.includes(PUBLIC_KEY_PREFIX)) : [];
      const sharedKeys = [...texts, ...keys.filter(({ isPublic }) => !isPublic).map(({ bytes }) => bytes)];
      const publicKeys = keys.filter(({ isPublic }) => isPublic);
      const ed25519Keys = publicKeys.flatMap(
        ({ bytes }) => publicKeyOf(bytes.toString('base64'), 'ed25519') ?? [],
      );
      const signed = [`${id}.${timestamp}.`, request.body];
      return hmacMatches('sha256', sharedKeys, signed, shared) ||
        publicKeyMatches('ed25519', ed25519Keys, signed, asymmetric)
        ? 'authentic'
        : 'signature-mismatch';
    },

    identify(request) {
      const { id, timestamp } = fields(request);
      // A retry is signed anew: the one time that there is is the attempt's.
      const attemptedAt = unixTimeOf(timestamp);
      return { id, sentAt: attemptedAt, attemptedAt };
    },
  };
}

/** All three under one prefix: mixed ones are no sender's. */
function fields(request: RawRequest) {
  const prefix = headerValue(request, 'webhook-signature') === undefined ? 'svix' : 'webhook';
  return {
    id: headerValue(request, `${prefix}-id`),
    timestamp: headerValue(request, `${prefix}-timestamp`),
    signature: headerValue(request, `${prefix}-signature`),
  };
}

/** The signatures of one version. Others are skipped: the specification adds new ones beside the old. */
function ofVersion(signature: string, version: string): Buffer[] {
  return partsOf(signature, LIST, version).flatMap((text) => decodeBase64(text) ?? []);
}

function parseSecret(secret: string): { isPublic: boolean; bytes: Buffer } | undefined {
  // Some senders show a secret behind the version of its signatures (supabase.com: "Auth Hooks").
  const shown = secret.replace(/^(v1,(?=whsec_)|v1a,(?=whpk_))/, '');
  const isPublic = shown.startsWith(PUBLIC_KEY_PREFIX);
  const bytes = decodeBase64(shown.replace(/^wh(sec|pk)_/, ''));
  if (bytes === undefined || bytes.length === 0) return undefined;
  return isPublic && bytes.length !== ED25519_KEY_BYTES ? undefined : { isPublic, bytes };
}
