import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PRE_QUEUE_ENV } from '../contract.ts';
import { type Answer, ConnectionError, KeptConnection } from './kept-connection.ts';
import { Signer } from './sigv4.ts';

/** However long the function may run: no sender waits for long. */
const MAX_MILLISECONDS = 6000;
const ATTEMPT_MILLISECONDS = 2500;
const MAX_ATTEMPTS = 3;
/** Grows with each attempt, and is random, so that functions that failed together don't come back together. */
const MAX_FIRST_PAUSE_MILLISECONDS = 100;

/** SQS didn't say that it has the message. Nothing that SQS says is quoted but its code: it may repeat credentials. */
export class SqsError extends Error {
  override readonly name = 'SqsError';
  readonly retry: 'at-once' | 'after-pause' | 'never';

  constructor(message: string, retry: SqsError['retry'], cause?: unknown) {
    super(message, { cause });
    this.retry = retry;
  }
}

interface Queue {
  readonly url: string;
  readonly endpoint: URL;
  readonly connection: KeptConnection;
  readonly signer: Signer;
}

/** Made with the first message: an environment without settings must still load, to say what is missing. */
let queue: Queue | undefined;

/**
 * Puts one message into the queue; resolves once SQS has it, throws if it hasn't in so many milliseconds, 6 s at most. It
 * may be there twice then, which the event's identity makes up for.
 *
 * One request by hand, because that is all of SQS which this function needs. With the SDK's client the function takes
 * nearly twice the CPU for a request, twice the time to its first answer, and nine times the code.
 */
export async function sendMessage(body: string, milliseconds: number): Promise<void> {
  queue ??= openQueue(process.env);
  const deadline = performance.now() + Math.min(MAX_MILLISECONDS, milliseconds);
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(queue, body, Math.min(ATTEMPT_MILLISECONDS, deadline - performance.now()));
    } catch (error) {
      const retry = error instanceof SqsError ? error.retry : 'never';
      const pause =
        retry === 'at-once' ? 0 : Math.random() * MAX_FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1);
      const isLast = attempt === MAX_ATTEMPTS || performance.now() + pause >= deadline;
      if (retry === 'never' || isLast) throw error;
      if (pause > 0) await sleep(pause);
    }
  }
}

/** The endpoint as the SDKs find it (AWS SDKs and Tools: "Service-specific endpoints"), else the queue URL's own. */
function openQueue(environment: NodeJS.ProcessEnv): Queue {
  const url = environment[PRE_QUEUE_ENV.queueUrl] ?? '';
  const { AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL, AWS_REGION } = environment;
  const endpoint = new URL(AWS_ENDPOINT_URL_SQS || AWS_ENDPOINT_URL || new URL('/', url));
  const region = AWS_REGION || (/^sqs\.([^.]+)\./.exec(endpoint.hostname)?.[1] ?? '');
  return { url, endpoint, connection: new KeptConnection(endpoint), signer: new Signer(region) };
}

/** One attempt (AWS: Amazon SQS, "Making requests using the AWS JSON protocol"; SendMessage). */
async function send(
  { url, endpoint, connection, signer }: Queue,
  message: string,
  timeoutMilliseconds: number,
): Promise<void> {
  const body = Buffer.from(JSON.stringify({ QueueUrl: url, MessageBody: message }));
  const headers = await signer.sign({
    url: endpoint,
    headers: {
      'content-length': String(body.length),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
    },
    body,
  });
  let answer: Answer;
  try {
    answer = await connection.post(headers, body, timeoutMilliseconds);
  } catch (cause) {
    if (!(cause instanceof ConnectionError)) throw cause;
    const retry = cause.wasStale ? 'at-once' : 'after-pause';
    throw new SqsError(`SQS can't be reached: ${cause.message}`, retry, cause);
  }
  if (answer.status !== 200) throw refusal(answer, signer);
  const { MD5OfMessageBody: md5 } = parseFields(answer.body);
  if (md5 !== hash('md5', message))
    throw new SqsError('SQS confirms another message than ours', 'after-pause');
}

function refusal({ status, headers, body }: Answer, signer: Signer): SqsError {
  const { __type: type } = parseFields(body);
  // It is like `com.amazonaws.sqs#QueueDoesNotExist`.
  const code = (typeof type === 'string' && /[\w.]{1,80}$/.exec(type)?.[0]) || 'without a code';
  const isThrottled = status === 429 || /throttl|slowdown|limitexceeded/i.test(code);
  const isTransient = status >= 500 || isThrottled;
  const isClockSkewed = !isTransient && signer.correctClock(headers.date);
  const retry = isClockSkewed ? 'at-once' : isTransient ? 'after-pause' : 'never';
  return new SqsError(`SQS answers ${status} ${code}`, retry);
}

function parseFields(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
