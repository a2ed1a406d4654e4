import type { ResponseSettings } from '../contract.ts';
import { inTime } from '../deadline.ts';
import type { Envelope } from '../envelope.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { OwnCodeError } from '../own-code/load.ts';
import type { Answer, Authorize, PreQueueCode, Respond, WebhookRequest } from '../own-code/pre-queue.ts';
import type { RawRequest } from '../raw-request.ts';
import { type Receipt, refused } from './receive.ts';
import type { PreQueueSettings } from './settings.ts';

/** Kept back from own code's time for what comes after it, the queue above all; half of it, where there is less. */
const RESERVE_MILLISECONDS = 2000;

/** What becomes of a request once own code has had its say. Throws {@link OwnCodeError}. */
export async function consult(
  { authorize, respond }: PreQueueCode,
  request: RawRequest,
  receipt: Receipt,
  { response: configured }: Pick<PreQueueSettings, 'response'>,
  lambda: LambdaContext,
): Promise<Receipt> {
  if (receipt.kind === 'answer') return receipt;
  // What is no POST is no event, but may be a question.
  if (receipt.kind === 'refused' && receipt.reason !== 'method-not-allowed') return receipt;
  if (receipt.kind === 'accepted' && authorize) {
    if (!(await isAuthorized(authorize, request, receipt.envelope, lambda))) return refused('unauthorized');
  }
  const answer = respond && (await ownAnswer(respond, request, configured, lambda));
  if (answer === undefined) return receipt;
  return receipt.kind === 'accepted' && answer.enqueue ? { ...receipt, answer } : { kind: 'answer', answer };
}

async function isAuthorized(
  authorize: Authorize,
  request: RawRequest,
  { source, identity, eventType: type, sentAt, receivedAt }: Envelope,
  lambda: LambdaContext,
): Promise<boolean> {
  const verdict: unknown = await run('authorize', lambda, (signal) =>
    authorize(webhookRequest(request), { source, identity, type, sentAt, receivedAt, signal }),
  );
  if (typeof verdict !== 'boolean') throw new OwnCodeError('authorize must return true or false');
  return verdict;
}

type WholeAnswer = Required<{ [Field in keyof Answer]: NonNullable<Answer[Field]> }>;

async function ownAnswer(
  respond: Respond,
  request: RawRequest,
  configured: ResponseSettings,
  lambda: LambdaContext,
): Promise<WholeAnswer | undefined> {
  const given: unknown = await run('respond', lambda, () => respond(webhookRequest(request)));
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') throw new OwnCodeError('respond must return an object or undefined');
  const answer = completed(given, configured);
  const problem = problemOf(answer);
  if (problem !== undefined) throw new OwnCodeError(`the answer of respond can't be used: ${problem}`);
  return answer;
}

function completed(given: Answer, configured: ResponseSettings): WholeAnswer {
  const { statusCode, contentType, body } = configured;
  return {
    statusCode: given.statusCode ?? statusCode,
    contentType: given.contentType ?? contentType,
    headers: given.headers ?? {},
    body: given.body ?? body,
    enqueue: given.enqueue ?? true,
  };
}

/** What is wrong with an answer whose parts may be anything. */
function problemOf({ statusCode, contentType, headers, body, enqueue }: WholeAnswer): string | undefined {
  if (typeof enqueue !== 'boolean') return 'enqueue is neither true nor false';
  const last = enqueue ? 299 : 599;
  if (!Number.isInteger(statusCode) || statusCode < 200 || statusCode > last) {
    return `statusCode is not from 200 to ${last}`;
  }
  if (typeof contentType !== 'string' || !MEDIA_TYPE.test(contentType)) return 'contentType is no media type';
  const wrong = Object.entries(headers).find(([name, value]) => !isOwnHeader(name, value));
  if (wrong) return `${wrong[0]} is no header that it may set, or its value is no printable text`;
  if (typeof body !== 'string') return 'body is no text';
  return body.length > MAX_BODY_LENGTH ? `body is longer than ${MAX_BODY_LENGTH} characters` : undefined;
}

/** Of characters; Lambda answers with 6 MB at most. (Lambda quotas: invocation payload.) */
const MAX_BODY_LENGTH = 1_000_000;

const MEDIA_TYPE = /^[!-~]+\/[ -~]+$/;

/** What the answer has by other means, or the gateway sees to. */
const TAKEN_HEADERS = new Set([
  'content-type',
  'content-length',
  'x-content-type-options',
  'transfer-encoding',
]);

/** RFC 9110, section 5: a name is a token, a value has no control characters. */
function isOwnHeader(name: string, value: unknown): boolean {
  const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
  return (
    isToken && !TAKEN_HEADERS.has(name.toLowerCase()) && typeof value === 'string' && /^[ -~]*$/.test(value)
  );
}

async function run<T>(
  name: keyof PreQueueCode,
  lambda: LambdaContext,
  call: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const left = lambda.getRemainingTimeInMillis();
  try {
    return await inTime(left - Math.min(RESERVE_MILLISECONDS, left / 2), call);
  } catch (cause) {
    throw new OwnCodeError(`${name} failed`, { cause });
  }
}

/** Own code may change it as it likes: the message for the queue is made. */
function webhookRequest({ method, url, query, headers, body }: RawRequest): WebhookRequest {
  return { method, url, query: record(query), headers: record(headers), body };
}

/** Without a prototype: a name that the sender didn't send is absent, whatever it is. */
function record(values: ReadonlyMap<string, readonly string[]>): Record<string, readonly string[]> {
  return Object.assign(Object.create(null), Object.fromEntries(values));
}
