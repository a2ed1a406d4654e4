/** One HTTP request to the API server. */
export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, as the API server knows them. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Ends the request, also while its body is being read: both then reject. */
  signal: AbortSignal;
}

/** What came back. A body that isn't wanted must still be read, or its connection stays taken. */
export interface TransportResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: AsyncIterable<Uint8Array>;
}

/**
 * The network, and the only thing in this folder that touches it: {@link KubernetesClient} runs unchanged over an
 * in-memory API server that implements this.
 */
export interface Transport {
  /** Where requests go, for messages. */
  readonly serverUrl: string;
  /** Resolves on any status; rejects when there was no answer. */
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Ends idle connections; running requests end by themselves. */
  close(): Promise<void>;
}
