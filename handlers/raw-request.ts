/** Every value of every header, by its name in lower case, in the order received. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** An HTTP request as its sender made it: what a signature is checked over. */
export interface RawRequest {
  readonly method: string;
  /** The public URL without its query, stage included. */
  readonly url: string;
  /** Every value of every parameter, decoded: API Gateway doesn't hand over the query as it was written. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: HeaderValues;
  /** The bytes that the sender sent, never re-encoded. */
  readonly body: Buffer;
}

/** The header's value; an empty one counts as absent. */
export function headerValue(request: RawRequest, name: string): string | undefined {
  return request.headers.get(name)?.[0] || undefined;
}

/** How the sender compressed the body, undefined if not at all. (RFC 9110, section 8.4.) */
export function contentEncoding(request: RawRequest): string | undefined {
  const coding = headerValue(request, 'content-encoding');
  return coding?.trim().toLowerCase() === 'identity' ? undefined : coding;
}

/** The query parameter's value; undefined if it is absent or there with several values. */
export function queryValue(request: RawRequest, name: string): string | undefined {
  const values = request.query.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
}
