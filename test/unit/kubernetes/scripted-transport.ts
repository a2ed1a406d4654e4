import type { Transport, TransportRequest, TransportResponse } from '../../../src/kubernetes/transport.ts';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, chunk by chunk. */
  chunks?: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
  /** The body then never ends, until the request is aborted. */
  staysOpen?: boolean;
}

/** `never`: no answer comes. An Error: the network fails with it. */
type Script = (
  request: TransportRequest,
  index: number,
) => Answer | Error | 'never' | Promise<Answer | Error | 'never'>;

/** A network that does what a test says, and keeps what it was asked. */
export class ScriptedTransport implements Transport {
  readonly serverUrl = 'https://kubernetes.test';
  readonly requests: TransportRequest[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    this.requests.push(request);
    const answer = await this.#script(request, this.requests.length - 1);
    if (answer instanceof Error) throw answer;
    if (answer === 'never') return aborted(request.signal);
    return {
      status: answer.status ?? 200,
      headers: answer.headers ?? {},
      body: body(answer, request.signal),
    };
  }

  async close(): Promise<void> {}
}

async function* body(answer: Answer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = answer.chunks ?? [JSON.stringify(answer.json ?? {})];
  for await (const chunk of chunks) {
    if (signal.aborted) throw new Error('aborted');
    yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
  }
  if (answer.staysOpen) await aborted(signal);
}

/** Rejects when the signal aborts, with an error of its own, as undici's bodies do. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
