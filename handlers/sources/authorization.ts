import { decodeBase64 } from '../base64.ts';
import type { SourceSettings } from '../contract.ts';
import type { Source } from './source.ts';
import { headerProblem, tokenSent } from './token.ts';

/** A key in a header of its own, for a sender that can add one. */
export const apiKey = ({ apiKey: setting }: SourceSettings): Source => ({
  ...tokenSent(setting?.header ?? 'X-Api-Key'),
  identify: () => ({}),
});

/** A bearer token (RFC 6750, section 2.1). */
export const bearer: Source = {
  ...tokenSent('Authorization', (value) => /^bearer +(.+)$/i.exec(value)?.[1]),
  checkSecret: (secret) =>
    /^bearer /i.test(secret) ? 'starts with the word Bearer: store the token alone' : headerProblem(secret),
  identify: () => ({}),
};

/** User and password (RFC 7617); the secret is `user:password`. */
export const basic: Source = {
  ...tokenSent('Authorization', (value) => decodeBase64(/^basic +(.+)$/i.exec(value)?.[1] ?? '?')),
  checkSecret: (secret) =>
    secret.includes(':') ? undefined : 'has no colon: store user and password as user:password',
  identify: () => ({}),
};
