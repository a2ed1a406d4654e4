import type { EventPlaces } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { timeOf, UNREAD, wholeNumberOf } from './json-body.ts';
import { known, type PlacedText, placedText } from './places.ts';
import type { EventIdentity } from './source.ts';

/** Reads what a request, or an element of one in its place, says about its event. */
export interface EventReader {
  /** Headers that it reads, in lower case. */
  readonly headers: readonly string[];
  read(request: RawRequest): EventIdentity;
}

export function eventReader(event: EventPlaces): EventReader {
  const text = (places: string | undefined) => (places === undefined ? undefined : placedText(places));
  const ids = event.id.map(placedText);
  const types = (event.type ?? []).map(placedText);
  const times = [event.sentAt?.at ?? []].flat().map(placedText);
  const [retry, attempt] = [event.retry, event.attempt].map(text);
  const numberIn = (request: RawRequest, place: typeof retry) => wholeNumberOf(known(place?.read(request)));
  return {
    headers: [...ids, ...types, ...times, retry, attempt].flatMap((each) => each?.headers ?? []),
    read(request) {
      const retries = numberIn(request, retry);
      const time = first(times, request);
      return {
        id: first(ids, request, bodyId),
        type: first(types, request),
        sentAt: time === undefined ? undefined : timeAs(time, event.sentAt?.format),
        attempt: numberIn(request, attempt) ?? (retries === undefined ? undefined : retries + 1),
      };
    },
  };
}

/** The first that says something; what `unread` makes once one can't be told because the body isn't parsed. */
function first(
  texts: readonly PlacedText[],
  request: RawRequest,
  unread: (request: RawRequest) => string | undefined = () => undefined,
): string | undefined {
  for (const text of texts) {
    const value = text.read(request);
    if (value === UNREAD) return unread(request);
    if (value !== undefined) return value;
  }
  return undefined;
}

function timeAs(text: string, format: string | undefined): Date | undefined {
  const number = wholeNumberOf(text);
  // Some of a sender's events have a number and others a text.
  return number === undefined ? timeOf(text) : timeOf(number, format === 'seconds' ? 1000 : 1);
}
