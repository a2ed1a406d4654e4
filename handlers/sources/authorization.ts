import { decodeBase64 } from '../base64.ts';
import type { SourceSettings } from '../contract.ts';
import type { Source } from './source.ts';
import { headerProblem, tokenInQuery, tokenSent } from './token.ts';

/**
 * What stands behind the name of the scheme and one space or more (RFC 9110, section 11.4). No regular expression: it
 * may try a run of spaces from each of them.
 */
export function credentials(scheme: 'basic' | 'bearer', value: string): string | undefined {
  let start = scheme.length + 1;
  if (value.slice(0, start).toLowerCase() !== `${scheme} `) return undefined;
  while (value[start] === ' ') start++;
  return value.slice(start) || undefined;
}

/** A key in a header of its own, for a sender that can add one, or in the query of its URL. */
export function apiKey({ apiKey: { header, query } = { header: 'X-Api-Key' } }: SourceSettings): Source {
  return { ...(query === undefined ? tokenSent(header) : tokenInQuery(query)), identify: () => ({}) };
}

/** A bearer token (RFC 6750, section 2.1). */
export const bearer: Source = {
  ...tokenSent('Authorization', (value) => credentials('bearer', value)),
  checkSecret: (secret) =>
    /^bearer /i.test(secret) ? 'starts with the word Bearer: store the token alone' : headerProblem(secret),
  identify: () => ({}),
};

/** User and password (RFC 7617); the secret is `user:password`. */
export const basic: Source = {
  ...tokenSent('Authorization', (value) => decodeBase64(credentials('basic', value) ?? '?')),
  checkSecret: (secret) =>
    secret.includes(':') ? undefined : 'has no colon: store user and password as user:password',
  identify: () => ({}),
};
