import { KubernetesApiError, type StatusBody } from './errors.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

/** What an answer that isn't a success says. `text` is its body. */
export function refusalOf(
  response: TransportResponse,
  text: string,
  request: TransportRequest,
): KubernetesApiError {
  const body = statusBody(text);
  const header = Number(response.headers['retry-after']);
  return new KubernetesApiError({
    status: response.status,
    reason: body.reason ?? '',
    // Proxies, and the server for a path that it doesn't serve, answer in plain text.
    message:
      body.message ?? `${request.method} ${request.path}: ${response.status} ${text.trim().slice(0, 200)}`,
    retryAfterSeconds: header > 0 ? header : body.details?.retryAfterSeconds,
  });
}

function statusBody(text: string): StatusBody {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** How long to wait before the same request may be sent again; undefined when it may not. */
export function laterSeconds(error: KubernetesApiError): number | undefined {
  if (error.status === 429) return error.retryAfterSeconds ?? 1;
  return error.status === 503 ? error.retryAfterSeconds : undefined;
}
