import { isDeepStrictEqual } from 'node:util';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { ConnectionSettings, Credentials } from './credentials.ts';
import { KubeconfigError, ServerUnreachableError } from './errors.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/** Below the 90 s after which the API server closes idle connections, and the 60 s of common load balancers. */
const idleMilliseconds = 30_000;
/** More calls than this at once wait for a connection. */
const maximumConnections = 64;

/**
 * Requests over one pool of kept-alive connections. Certificates and proxies come from the kubeconfig; when they
 * change, a new pool takes over and the old one ends with its last request.
 */
export class HttpTransport implements Transport {
  readonly serverUrl: string;
  readonly #credentials: Credentials;
  readonly #origin: string;
  readonly #basePath: string;
  #dispatcher: Dispatcher | undefined;
  #madeFor: ConnectionSettings | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
    this.serverUrl = credentials.serverUrl;
    const url = new URL(credentials.serverUrl);
    this.#origin = url.origin;
    this.#basePath = url.pathname.replace(/\/$/, '');
  }

  async request(request: TransportRequest): Promise<TransportResponse> {
    const response = await this.#requestOnce(request);
    if (response.statusCode === 401 && this.#credentials.renew()) {
      await response.body.dump();
      return asTransportResponse(await this.#requestOnce(request), this.serverUrl);
    }
    return asTransportResponse(response, this.serverUrl);
  }

  async close(): Promise<void> {
    await this.#dispatcher?.close();
  }

  async #requestOnce(request: TransportRequest): Promise<Dispatcher.ResponseData> {
    // An exec plugin may take its time, or hang: the deadline holds for it too.
    const identity = await unlessAborted(this.#credentials.identity(), request.signal);
    try {
      return await this.#dispatcherFor(identity.connection).request({
        origin: this.#origin,
        path: this.#basePath + request.path,
        method: request.method,
        headers: { 'user-agent': 'nami-operator', ...request.headers, ...identity.headers },
        body: request.body ?? null,
        signal: request.signal,
        // The caller's signal is the deadline; undici's own timers would cut a quiet watch.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    } catch (error) {
      throw unreachable(this.serverUrl, error);
    }
  }

  #dispatcherFor(connection: ConnectionSettings): Dispatcher {
    if (this.#dispatcher === undefined || !isDeepStrictEqual(connection, this.#madeFor)) {
      const dispatcher = dispatcherOf(connection);
      this.#dispatcher?.close().catch(() => {});
      this.#dispatcher = dispatcher;
    }
    this.#madeFor = connection; // The same object until the credentials are read again: compared in no time.
    return this.#dispatcher;
  }
}

function dispatcherOf(connection: ConnectionSettings): Dispatcher {
  const pool = {
    connections: maximumConnections,
    keepAliveTimeout: idleMilliseconds,
    // HTTP/1.1 on purpose (undici 8 would take HTTP/2): a connection that died in silence is then lost with the one
    // call that waits on it, not with every watch and call at once.
    allowH2: false,
  };
  switch (connection.type) {
    case 'none':
      return new Agent(pool);
    case 'agent':
      return new Agent({ ...pool, connect: connection.connect as buildConnector.BuildOptions });
    case 'proxy':
      return new ProxyAgent({
        ...pool,
        uri: connection.uri,
        requestTls: connection.requestTls as buildConnector.BuildOptions,
      });
    case 'socks':
      throw new KubeconfigError(`proxy-url ${connection.uri}: SOCKS isn't supported, use an HTTP proxy`);
  }
}

function asTransportResponse(response: Dispatcher.ResponseData, serverUrl: string): TransportResponse {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: response.statusCode, headers, body: explained(response.body, serverUrl) };
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
  ECONNREFUSED: 'nothing listens there; check that it runs and that KUBECONFIG names the right cluster',
  ENOTFOUND: 'no such host; check the name in KUBECONFIG and the DNS',
  EAI_AGAIN: "the name can't be looked up; check the DNS and the network",
  ETIMEDOUT: 'no connection; check the network and firewalls on the way',
  UND_ERR_CONNECT_TIMEOUT: 'no connection; check the network and firewalls on the way',
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
