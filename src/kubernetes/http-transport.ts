import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import { type Fence, UNFENCED } from '../fence.ts';
import { type Proxies, proxiesTo } from '../proxies.ts';
import type { ConnectionSettings, Credentials } from './credentials.ts';
import { KubeconfigError, ServerUnreachableError } from './errors.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/** Below the 90 s after which the API server closes idle connections, and the 60 s of common load balancers. */
const idleMilliseconds = 30_000;
/** More calls than this at once wait for a connection. */
const maximumConnections = 64;

/**
 * Requests over one pool of kept-alive connections. Certificates come from the kubeconfig, and so does a proxy, before
 * those of the environment; when they change, a new pool takes over and the old one ends with its last request.
 *
 * By Node's own HTTP, which the AWS clients load anyway: undici beside it costs 20 MB. HTTP/1.1 also means that a
 * connection that died in silence is lost with the one call that waits on it, not with every watch and call at once.
 */
export class HttpTransport implements Transport {
  readonly serverUrl: string;
  readonly #credentials: Credentials;
  readonly #base: string;
  readonly #proxies: Proxies | undefined;
  readonly #fence: Fence;
  #pool: HttpAgent | undefined;
  #madeFor: ConnectionSettings | undefined;

  constructor(credentials: Credentials, proxies?: Proxies, fence: Fence = UNFENCED) {
    this.#fence = fence;
    this.#proxies = proxies && proxiesTo(credentials.serverUrl, proxies);
    this.#credentials = credentials;
    this.serverUrl = credentials.serverUrl;
    this.#base = credentials.serverUrl.replace(/\/$/, '');
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#requestOnce(request);
    if (response.statusCode === 401 && this.#credentials.renew()) {
      response.resume();
      return asTransportResponse(await this.#requestOnce(request), this.serverUrl);
    }
    return asTransportResponse(response, this.serverUrl);
  }

  async close(): Promise<void> {
    if (this.#pool) retire(this.#pool);
  }

  async #requestOnce(request: TransportRequest): Promise<IncomingMessage> {
    // An exec plugin may take its time, or hang: the deadline holds for it too.
    const identity = await unlessAborted(this.#credentials.identity(), request.signal);
    this.#fence.check();
    try {
      return await send(this.#base, request, identity.headers, this.#poolFor(identity.connection));
    } catch (error) {
      throw unreachable(this.serverUrl, error);
    }
  }

  #poolFor(connection: ConnectionSettings): HttpAgent {
    if (this.#pool === undefined || !isDeepStrictEqual(connection, this.#madeFor)) {
      const pool = poolOf(this.#base, connection, this.#proxies);
      if (this.#pool) retire(this.#pool);
      this.#pool = pool;
    }
    this.#madeFor = connection; // The same object until the credentials are read again: compared in no time.
    return this.#pool;
  }
}

/** Resolves when the head of the answer is there. */
function send(
  base: string,
  { method, path, headers, body, signal }: TransportRequest,
  identity: Record<string, string>,
  agent: HttpAgent,
): Promise<IncomingMessage> {
  const send = base.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(base + path, {
      method,
      headers: {
        'user-agent': 'nami-operator',
        ...headers,
        ...identity,
        // Node sends a DELETE's body without saying how long it is.
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
      agent,
      signal,
    });
    outgoing.once('response', resolve).on('error', reject).end(body);
  });
}

function poolOf(base: string, connection: ConnectionSettings, proxies: Proxies | undefined): HttpAgent {
  // The timeout ends idle connections alone: a running request only hears of it, and a watch may be quiet for long.
  const pool = { keepAlive: true, maxSockets: maximumConnections, timeout: idleMilliseconds };
  if (connection.type === 'socks') {
    throw new KubeconfigError(`proxy-url ${connection.uri}: SOCKS isn't supported, use an HTTP proxy`);
  }
  const options: AgentOptions = { ...pool, ...tlsOf(connection) };
  if (proxies) options.proxyEnv = { ...proxies };
  if (connection.type === 'proxy') {
    options.proxyEnv = { HTTP_PROXY: connection.uri, HTTPS_PROXY: connection.uri };
  }
  return base.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options);
}

/** client-node types these as undici's options; they are the ones of `tls.connect`. */
function tlsOf(connection: ConnectionSettings): AgentOptions {
  if (connection.type === 'proxy') return connection.requestTls as AgentOptions;
  return connection.type === 'agent' ? (connection.connect as AgentOptions) : {};
}

/** Ends idle connections now, and the others when their request ends. */
function retire(pool: HttpAgent): void {
  pool.maxFreeSockets = 0;
  for (const socket of Object.values(pool.freeSockets).flat()) socket?.destroy();
}

function asTransportResponse(response: IncomingMessage, serverUrl: string): TransportResponse {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: response.statusCode ?? 0, headers, body: explained(response, serverUrl) };
}

/** The body, with a connection that breaks on the way named like one that never came about. */
async function* explained(body: AsyncIterable<Uint8Array>, serverUrl: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw unreachable(serverUrl, error);
  }
}

const advice: Record<string, string> = {
  ERR_PROXY_TUNNEL:
    "the proxy doesn't lead there; if it is to be reached directly, as in the operator's own cluster, name it in NO_PROXY",
  ECONNREFUSED: 'nothing listens there; check that it runs and that KUBECONFIG names the right cluster',
  ENOTFOUND: 'no such host; check the name in KUBECONFIG and the DNS',
  EAI_AGAIN: "the name can't be looked up; check the DNS and the network",
  ETIMEDOUT: 'no connection; check the network and firewalls on the way',
  EHOSTUNREACH: 'no route to it; check the network',
  ENETUNREACH: 'no route to it; check the network',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it',
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate isn't trusted; set certificate-authority in KUBECONFIG",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate isn't trusted; set certificate-authority in KUBECONFIG",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate isn't trusted; set certificate-authority in KUBECONFIG",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate isn't trusted; set certificate-authority in KUBECONFIG",
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; set tls-server-name in KUBECONFIG',
};

function unreachable(serverUrl: string, error: unknown): Error {
  if (error instanceof KubeconfigError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const detail = error instanceof Error ? error.message || code : String(error);
  return new ServerUnreachableError(
    serverUrl,
    `${advice[code] ?? 'the connection failed; check the server and the network'} (${detail || code})`,
    { cause: error },
  );
}

function unlessAborted<R>(promise: Promise<R>, signal: AbortSignal): Promise<R> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
