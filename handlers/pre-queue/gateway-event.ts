import { decodeBase64 } from '../base64.ts';
import type { RawRequest } from '../raw-request.ts';

type Single = Readonly<Record<string, string | undefined>> | null;
type Multiple = Readonly<Record<string, readonly string[] | undefined>> | null;

/** What is used of the event of a REST API's Lambda proxy integration (AWS: API Gateway, payload format 1.0). */
export interface GatewayEvent {
  readonly httpMethod?: string;
  /** The last value of each header. */
  readonly headers?: Single;
  /** All values of each header. */
  readonly multiValueHeaders?: Multiple;
  readonly queryStringParameters?: Single;
  readonly multiValueQueryStringParameters?: Multiple;
  readonly requestContext?: {
    readonly domainName?: string;
    readonly path?: string;
    readonly requestId?: string;
  };
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

export interface GatewayResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request behind the event, with its body byte for byte; undefined if the body is announced as base64 and isn't.
 * A missing body is an empty one: it is verified and stored like any other.
 */
export function toRawRequest(event: GatewayEvent): RawRequest | undefined {
  const text = event.body ?? '';
  const body = event.isBase64Encoded ? decodeBase64(text) : Buffer.from(text, 'utf8');
  if (body === undefined) return undefined;
  const headers = allValues(event.multiValueHeaders, event.headers, (name) => name.toLowerCase());
  const { domainName = headers.get('host')?.[0] ?? '', path = '' } = event.requestContext ?? {};
  return {
    method: event.httpMethod ?? '',
    url: `https://${domainName}${path}`,
    query: allValues(event.multiValueQueryStringParameters, event.queryStringParameters, (name) => name),
    headers,
    body,
  };
}

/** Both maps in one: names that differ in case alone are one header, and no value of either map is overlooked. */
function allValues(
  multiple: Multiple | undefined,
  single: Single | undefined,
  nameOf: (name: string) => string,
) {
  const all = new Map<string, string[]>();
  for (const [name, values] of Object.entries(multiple ?? {})) {
    all.set(nameOf(name), [...(all.get(nameOf(name)) ?? []), ...(values ?? [])]);
  }
  for (const [name, value] of Object.entries(single ?? {})) {
    const values = all.get(nameOf(name)) ?? [];
    if (value !== undefined && !values.includes(value)) all.set(nameOf(name), [...values, value]);
  }
  return all;
}
