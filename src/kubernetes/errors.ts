/** The body that the API server sends with an error, and as the object of a watch's ERROR event. */
export interface StatusBody {
  code?: number;
  reason?: string;
  message?: string;
  details?: { retryAfterSeconds?: number };
}

/** The API server answered, and refused. */
export class KubernetesApiError extends Error {
  override readonly name = 'KubernetesApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The machine-readable reason (`NotFound`, `Conflict`, `Expired`, …); empty where a proxy answered. */
  readonly reason: string;
  /** How long the server asked to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    failure: { status: number; reason: string; message: string; retryAfterSeconds?: number | undefined },
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
    this.status = failure.status;
    this.reason = failure.reason;
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}

/** No answer: refused, no such host, an untrusted certificate, a connection that broke, a deadline that passed. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError';
  readonly serverUrl: string;

  constructor(serverUrl: string, detail: string, options?: ErrorOptions) {
    super(`Kubernetes API server ${serverUrl}: ${detail}`, options);
    this.serverUrl = serverUrl;
  }
}

/** There is no usable kubeconfig, or the credentials that it names can't be had. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof KubernetesApiError && error.status === status;
}

/** The operator lacks a right. */
export function isForbidden(error: unknown): boolean {
  return hasStatus(error, 403);
}

export function isNotFound(error: unknown): boolean {
  return hasStatus(error, 404);
}

/** Somebody else changed the object first (stale resourceVersion), or it already exists. */
export function isConflict(error: unknown): boolean {
  return hasStatus(error, 409);
}

/** The resource version or continue token is too old: only a new list helps. */
export function isGone(error: unknown): boolean {
  return hasStatus(error, 410);
}
