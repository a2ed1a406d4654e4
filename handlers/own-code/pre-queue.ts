import type { SourceType } from '../contract.ts';

// Published as `nami-handlers/pre-queue`: what is said here is what users read.

/** What own code before the queue may export, for `spec.preQueue.code`: one of them, or both. */
export interface PreQueueCode {
  readonly authorize?: Authorize;
  readonly respond?: Respond;
}

/**
 * Whether to take a delivery that the source has found authentic. `false` is answered as a wrong signature is. What
 * throws, or answers anything but true and false, is answered so that the sender tries again.
 *
 * @example
 * ```js
 * export const authorize = ({ headers }) => headers['x-tenant']?.[0] === process.env.TENANT;
 * ```
 */
export type Authorize = (request: WebhookRequest, context: AuthorizeContext) => boolean | Promise<boolean>;

/**
 * The answer to a delivery that is about to be put into the queue, in place of the configured one; undefined leaves
 * that. Asked too for what is no POST, which is never an event. What throws is answered so that the sender tries again,
 * and is not put into the queue.
 *
 * @example
 * ```js
 * export const respond = ({ method, query }) =>
 *   method === 'GET' ? { contentType: 'text/plain', body: query.challenge?.[0] ?? '' } : undefined;
 * ```
 */
export type Respond = (request: WebhookRequest) => Answer | undefined | Promise<Answer | undefined>;

/** A request as its sender made it. */
export interface WebhookRequest {
  readonly method: string;
  /** The public URL without its query. */
  readonly url: string;
  /** Every value of every parameter, decoded. */
  readonly query: Readonly<Record<string, readonly string[] | undefined>>;
  /** Every value of every header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** The bytes that the sender sent. */
  readonly body: Uint8Array;
}

/** What the source found out about a delivery. */
export interface AuthorizeContext {
  readonly source: SourceType;
  /** Which event it is, within its source. */
  readonly identity: string;
  readonly type: string | undefined;
  /** The sender's own time. */
  readonly sentAt: Date | undefined;
  readonly receivedAt: Date;
  /** Aborted when time runs out, shortly before the function is stopped: pass it on, to `fetch` for one. */
  readonly signal: AbortSignal;
}

/** What is left out or undefined is as `spec.endpoint.response` says. */
export interface Answer {
  /** 200 to 299, so that the sender doesn't repeat what is in the queue; with `enqueue: false` 200 to 599. */
  readonly statusCode?: number | undefined;
  readonly contentType?: string | undefined;
  /** Further headers, as some handshakes ask for. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** False: the request is no event but the sender's question, such as a handshake: nothing is put into the queue. */
  readonly enqueue?: boolean | undefined;
}
