import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from '../kubernetes/access-review.ts';
import type { Metrics } from '../metrics/registry.ts';
import type { Answer } from './http-server.ts';

const REFUSALS: Readonly<Record<Exclude<Access, 'allowed'>, Answer>> = {
  unauthenticated: { status: 401, body: 'show a token of this cluster: Authorization: Bearer <token>\n' },
  forbidden: { status: 403, body: 'the right to get /metrics is missing\n' },
};

/** Answers the metrics: to anybody, or to whom `review` allows it. */
export function metricsRoute(metrics: Metrics, review?: (authorization?: string) => Promise<Access>) {
  return async ({ authorization }: IncomingHttpHeaders): Promise<Answer> => {
    const access = review ? await review(authorization) : 'allowed';
    if (access !== 'allowed') return REFUSALS[access];
    return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
  };
}
