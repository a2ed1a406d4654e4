import type { RawRequest } from '../raw-request.ts';

/**
 * The URL that was called. Its query is not to be had as it was written: the gateway hands it over decoded and
 * grouped. And one that is guessed would let what is signed beside it be passed off as a part of it: then the user has
 * to say the URL. A parameter that the sender adds by itself may be left out of account.
 */
export function calledUrl({ url, query }: RawRequest, added?: string): string | undefined {
  return [...query.keys()].every((name) => name === added) ? url : undefined;
}
