import { headerValue, queryValue, type RawRequest } from '../raw-request.ts';
import { equalInConstantTime } from './constant-time.ts';
import { at, jsonBody, stepsOf, textOf, UNREAD } from './json-body.ts';
import type { Source } from './source.ts';

/** Whether a value is one of the secrets. */
export function isSecret(value: string | Uint8Array, secrets: readonly string[]): boolean {
  let matches = false;
  // No early end: how long it takes doesn't tell which secret it is.
  for (const secret of secrets) matches = equalInConstantTime(value, secret) || matches;
  return matches;
}

type Half = Pick<Source, 'signatureHeaders' | 'identityHeaders' | 'checkSecret' | 'verify'>;

/** The half of a source whose deliveries carry the secret itself, which `read` finds in the header. */
export function tokenSent(
  header: string,
  read: (value: string) => string | Uint8Array | undefined = (value) => value,
): Half {
  const name = header.toLowerCase();
  return {
    signatureHeaders: [name],
    identityHeaders: [],
    checkSecret: headerProblem,
    verify(request, { secrets }) {
      const value = headerValue(request, name);
      if (value === undefined) return 'token-missing';
      const token = read(value);
      if (token === undefined) return 'token-malformed';
      return isSecret(token, secrets) ? 'authentic' : 'token-mismatch';
    },
  };
}

/** The same where it is a text in the JSON body, which has to be parsed before it is known whose it is. */
export function tokenInBody(jsonPath: string): Half {
  const steps = stepsOf(jsonPath);
  return tokenFound((request) => {
    const body = jsonBody(request);
    return body === UNREAD ? UNREAD : textOf(at(body, ...steps));
  });
}

/** The same where it is a parameter of the URL. */
export const tokenInQuery = (name: string): Half => tokenFound((request) => queryValue(request, name));

function tokenFound(find: (request: RawRequest) => string | undefined | typeof UNREAD): Half {
  return {
    signatureHeaders: [],
    identityHeaders: [],
    checkSecret: () => undefined,
    verify(request, { secrets }) {
      const token = find(request);
      if (token === UNREAD) return 'body-too-complex';
      if (token === undefined) return 'token-missing';
      return isSecret(token, secrets) ? 'authentic' : 'token-mismatch';
    },
  };
}

/** RFC 9110, section 5.5: what is not ASCII arrives differently from each client, if at all. */
export function headerProblem(secret: string): string | undefined {
  return /^[\x20-\x7e]+$/.test(secret) ? undefined : 'has characters that a header does not carry';
}
