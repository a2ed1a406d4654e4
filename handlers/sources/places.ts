import { PLACE } from '../contract.ts';
import { headerValue, queryValue, type RawRequest } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { formFields, isForm, isTooComplex } from './form.ts';
import { at, bodyText, jsonBody, scalarOf, stepsOf, UNREAD } from './json-body.ts';

/** A text about a request, in which places stand for what is there. */
export interface PlacedText {
  /** Headers that it names, in lower case. */
  readonly headers: readonly string[];
  /** Undefined if a place is empty; {@link UNREAD} if it is in a body that isn't parsed. */
  read(request: RawRequest): string | undefined | typeof UNREAD;
}

type Read = PlacedText['read'];

const BRACES = new RegExp(`\\{(${PLACE.source})\\}`);

export function placedText(text: string): PlacedText {
  // Split by an expression with one group, every second piece is what stands in braces.
  const pieces = text.split(BRACES);
  const reads = pieces.map((piece, index): Read => (index % 2 === 0 ? () => piece : readOf(piece)));
  return {
    headers: headersIn(pieces),
    read(request) {
      let filled = '';
      for (const read of reads) {
        const value = read(request);
        if (typeof value !== 'string') return value;
        filled += value;
      }
      return filled;
    },
  };
}

/** What was read, undefined if it wasn't. */
export const known = (value: ReturnType<Read>): string | undefined => (value === UNREAD ? undefined : value);

/** The headers that are named in a text, split so that every second piece is a place; in lower case. */
export function headersIn(pieces: readonly string[]): string[] {
  return pieces
    .filter((piece, index) => index % 2 === 1 && piece.startsWith('header:'))
    .map((piece) => piece.slice('header:'.length).toLowerCase());
}

/** What stands at one place. */
export function readOf(place: string): Read {
  const [kind, argument = ''] = place.split(/:(.*)/s, 2);
  if (kind === 'header') {
    const name = argument.toLowerCase();
    return (request) => headerValue(request, name);
  }
  if (kind === 'query') return (request) => queryValue(request, argument) || undefined;
  if (kind === 'form') {
    return (request) => {
      if (!isForm(request)) return undefined;
      if (isTooComplex(request.body)) return UNREAD;
      return formFields(bodyText(request))?.get(argument)?.values().next().value || undefined;
    };
  }
  if (kind === 'json') {
    const steps = stepsOf(argument);
    return (request) => {
      const body = jsonBody(request);
      return body === UNREAD ? UNREAD : scalarOf(at(body, ...steps));
    };
  }
  return bodyId;
}
