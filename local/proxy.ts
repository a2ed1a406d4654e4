import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Emulators, MOTO_SERVICES } from './aws.ts';
import { errorResponse } from './proxy/aws-error.ts';
import {
  type AwsCall,
  type AwsRequest,
  type AwsResponse,
  isMutating,
  understand,
} from './proxy/aws-request.ts';
import { type Fault, Faults, type InjectedFault, SENDER_SERVICE } from './proxy/faults.ts';
import {
  DEFAULT_BEHAVIOUR,
  type RealisticBehaviour,
  type StandIn,
  standInsFor,
} from './proxy/stand-ins/index.ts';

/** A call as it went through the proxy. */
export interface RecordedCall {
  /** Milliseconds since the epoch, when it arrived. */
  readonly time: number;
  readonly service: string;
  readonly action: string;
  readonly mutating: boolean;
  /** The HTTP status that the caller saw; 0 when it got no answer. */
  readonly status: number;
  readonly accessKeyId: string;
}

/** What senders post to: the traffic of pipelines, which is passed on as it comes and not recorded. */
const SENDER_TRAFFIC = /^\/restapis\/[^/]+\/[^/]+\/_user_request_\//;

/**
 * Stands before the emulators: records every call of an AWS API, makes faults happen, and supplies what the
 * emulators lack of AWS's behaviour (see stand-ins).
 */
export class AwsProxy {
  /** Settable at any time. */
  readonly behaviour: RealisticBehaviour = { ...DEFAULT_BEHAVIOUR };
  readonly url: string;
  readonly #server: Server;
  /** No connection is kept: one that the emulator closes just as it is used again would be a fault nobody injected. */
  readonly #agent = new Agent({ keepAlive: false });
  readonly #faults = new Faults();
  #emulators: Emulators | undefined;
  #standIns: readonly StandIn[] = [];
  #calls: RecordedCall[] = [];

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** Listens on a free port; calls are answered once the emulators are connected. */
  static async listen(): Promise<AwsProxy> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
    const proxy = new AwsProxy(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      proxy.#serve(incoming, outgoing).catch((error: unknown) => {
        if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(502).end(String(error));
      });
    });
    return proxy;
  }

  connect(emulators: Emulators, region: string): void {
    this.#emulators = emulators;
    this.#standIns = standInsFor(emulators, this.behaviour, region);
  }

  /** Every call since the start or the last `clear()`, in the order of their answers. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** The calls that changed, or tried to change, what is in the account; a pipeline's traffic is none of them. */
  mutatingCalls(): RecordedCall[] {
    return this.#calls.filter((call) => call.mutating);
  }

  /** Lets a fault happen to the next calls that it is meant for. */
  inject(fault: Fault): InjectedFault {
    return this.#faults.add(fault);
  }

  /** Forgets the recorded calls and the faults still to happen. */
  clear(): void {
    this.#calls = [];
    this.#faults.clear();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const headers = endToEnd(incoming.headers);
    const isSender = SENDER_TRAFFIC.test(url);
    if (isSender && !this.#faults.has(SENDER_SERVICE)) return this.#passOn(incoming, headers, outgoing);

    const time = Date.now();
    const request: AwsRequest = { method, url, headers, body: await readAll(incoming) };
    if (isSender) {
      const call = { ...request, service: SENDER_SERVICE, region: '', action: 'Invoke', accessKeyId: '' };
      return reply(outgoing, await this.#suffer(call, () => this.#forward(call)));
    }
    const call = understand(request);
    if (call === undefined) return reply(outgoing, await this.#forward(request));
    const answer = await this.#suffer(call, () => this.#answer(call)).catch((error: unknown) =>
      errorResponse(call, 500, 'InternalFailure', `the emulator failed: ${error}`),
    );
    const { service, action, accessKeyId } = call;
    this.#calls.push({
      time,
      service,
      action,
      mutating: isMutating(action),
      status: answer?.status ?? 0,
      accessKeyId,
    });
    reply(outgoing, answer);
  }

  /** Lets the faults meant for a call happen; undefined stands for no answer. */
  async #suffer(call: AwsCall, proceed: () => Promise<AwsResponse>): Promise<AwsResponse | undefined> {
    for (const fault of this.#faults.take(call)) {
      switch (fault.kind) {
        case 'delay':
          await sleep(fault.milliseconds);
          break;
        case 'error':
          return errorResponse(call, fault.status, fault.code, fault.message ?? `${fault.code} was injected`);
        case 'dropResponse':
          await proceed();
          return undefined;
        case 'unreachable':
          return undefined;
      }
    }
    return proceed();
  }

  async #answer(call: AwsCall): Promise<AwsResponse> {
    const name = `${call.service}:${call.action}`;
    const concerned = this.#standIns.filter(({ calls }) => calls === 'every' || calls.includes(name));
    const emulator = () => this.#forward(call, call.service);
    return concerned.reduceRight((next, standIn) => () => standIn.answer(call, next), emulator)();
  }

  async #forward(request: AwsRequest, service?: string): Promise<AwsResponse> {
    const { method, headers, body: sent } = request;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const upstream = httpRequest(
        this.#upstream(request.url, service),
        { agent: this.#agent, method, headers },
        resolve,
      );
      upstream.on('error', reject);
      upstream.end(sent);
    });
    const body = await readAll(response);
    return { status: response.statusCode ?? 502, headers: endToEnd(response.headers), body };
  }

  async #passOn(
    incoming: IncomingMessage,
    headers: IncomingHttpHeaders,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { method, url = '/' } = incoming;
    const upstream = httpRequest(this.#upstream(url), { agent: this.#agent, method, headers });
    const answered = once(upstream, 'response') as Promise<[IncomingMessage]>;
    const [[response]] = await Promise.all([answered, pipeline(incoming, upstream)]);
    outgoing.writeHead(response.statusCode ?? 502, endToEnd(response.headers));
    await pipeline(response, outgoing);
  }

  #upstream(url: string, service?: string): URL {
    if (this.#emulators === undefined) throw new Error('the AWS emulators are still starting');
    const { motoUrl, miniStackUrl } = this.#emulators;
    const isMoto = MOTO_SERVICES.some((name) => name === service);
    return new URL(url, isMoto ? motoUrl : miniStackUrl);
  }
}

function reply(outgoing: ServerResponse, answer: AwsResponse | undefined): void {
  if (answer === undefined) {
    outgoing.destroy();
    return;
  }
  const length = answer.status === 204 ? {} : { 'content-length': String(answer.body.length) };
  const headers = { ...answer.headers, ...length };
  outgoing.writeHead(answer.status, headers).end(answer.body);
}

/** The headers without those that concern one connection and not the message. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = headers;
  return rest;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
