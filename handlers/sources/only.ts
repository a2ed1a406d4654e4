import type { OnlySettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { at, jsonBody, scalarOf, stepsOf, UNREAD } from './json-body.ts';

/**
 * Whether an event is one of those that are stored. One of which it can't be told, because its body isn't parsed, is:
 * what is stored too much can be left out later.
 */
export function isWanted(
  { types, jsonPath = '', values = [] }: OnlySettings,
  type: string | undefined,
  request: RawRequest,
): boolean {
  if (types !== undefined && type !== undefined) return types.includes(type);
  const body = jsonBody(request);
  if (body === UNREAD) return true;
  return types === undefined && values.includes(scalarOf(at(body, ...stepsOf(jsonPath))) ?? '');
}
