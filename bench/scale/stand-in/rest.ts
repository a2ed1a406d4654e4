import type { IncomingHttpHeaders } from 'node:http';
import type { NormalizedSchema } from '@smithy/core/schema';
import { membersFromJson, membersToJson } from './json.ts';
import type { Operation } from './schemas.ts';

/** Requests and answers whose parts are bound to path, query and headers. (Smithy: HTTP binding traits, restJson1.) */

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

type Fields = Readonly<Record<string, unknown>>;
type Members = readonly (readonly [string, NormalizedSchema])[];

const isBound = (member: NormalizedSchema): boolean => {
  const { httpLabel, httpQuery, httpQueryParams, httpHeader, httpPayload, httpResponseCode } =
    member.getMergedTraits();
  return [httpLabel, httpQuery, httpQueryParams, httpHeader, httpPayload, httpResponseCode].some(
    (trait) => trait !== undefined,
  );
};
const bodyMembers = (members: Members): Members => members.filter(([, member]) => !isBound(member));

/** The values of the labels in a path, where a request has this form; undefined where it hasn't. */
export function labelsIn({ http }: Operation, { method, url }: HttpRequest): Fields | undefined {
  if (http === undefined || http[0] !== method) return undefined;
  const [template = '', literal] = http[1].split('?');
  if (literal !== undefined && !url.search.slice(1).split('&').includes(literal)) return undefined;
  const names: string[] = [];
  const pattern = template.replace(/\{(\w+)(\+?)\}/g, (_, name: string, isGreedy: string) => {
    names.push(name);
    return isGreedy ? '(.+)' : '([^/]+)';
  });
  const found = new RegExp(`^${pattern.replace(/\/$/, '')}/?$`).exec(url.pathname);
  return found
    ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]))
    : undefined;
}

/** The input that a request stands for. */
export function readRest({ input }: Operation, labels: Fields, { url, headers, body }: HttpRequest): Fields {
  const members = [...input.structIterator()];
  const bound = members.flatMap(([name, member]): [string, unknown][] => {
    const { httpLabel, httpQuery, httpHeader, httpPayload } = member.getMergedTraits();
    if (httpLabel !== undefined) return [[name, labels[name]]];
    if (httpPayload !== undefined) return [[name, Buffer.from(body)]];
    if (httpHeader !== undefined) return given(name, member, headers[String(httpHeader).toLowerCase()]);
    if (httpQuery === undefined) return [];
    const values = url.searchParams.getAll(String(httpQuery));
    if (member.isListSchema()) return values.length > 0 ? [[name, values]] : [];
    return given(name, member, values[0]);
  });
  const inBody = bodyMembers(members);
  const json = inBody.length > 0 && body.length > 0 ? (JSON.parse(body) as Fields) : {};
  return { ...membersFromJson(inBody, json), ...Object.fromEntries(bound) };
}

function given(
  name: string,
  member: NormalizedSchema,
  text: string | readonly string[] | undefined,
): [string, unknown][] {
  if (text === undefined) return [];
  if (member.isNumericSchema()) return [[name, Number(text)]];
  if (member.isBooleanSchema()) return [[name, text === 'true']];
  return [[name, text]];
}

/** The answer by which an output goes out. */
export function writeRest({ output, http }: Operation, value: Fields): HttpAnswer {
  const members = [...output.structIterator()];
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  let status = http?.[2] ?? 200;
  let payload: Uint8Array | undefined;
  for (const [name, member] of members) {
    const { httpHeader, httpPayload, httpResponseCode } = member.getMergedTraits();
    const item = value[name];
    if (item === undefined) continue;
    if (httpHeader !== undefined) headers[String(httpHeader)] = String(item);
    if (httpResponseCode !== undefined) status = Number(item);
    if (httpPayload !== undefined) payload = item as Uint8Array;
  }
  return { status, headers, body: payload ?? JSON.stringify(membersToJson(bodyMembers(members), value)) };
}
