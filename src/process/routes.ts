import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { AccessReview } from '../kubernetes/access-review.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Metrics } from '../metrics/registry.ts';
import type { Routes } from './http-server.ts';
import { metricsRoute } from './metrics-route.ts';
import { type ProbedFacts, probeAnswer, shortcomings, standstills } from './probes.ts';

export interface Asked {
  readonly config: Config;
  readonly clock: Clock;
  readonly client: KubernetesClient;
  readonly metrics: Metrics;
  /** How the operator is at the moment. */
  readonly facts: () => ProbedFacts;
}

/** What the operator is asked from outside: by the kubelet, and by Prometheus. */
export function routes({ config, clock, client, metrics, facts }: Asked): Routes {
  const access = new AccessReview(client, clock);
  const review = (authorization?: string) => access.mayGet('/metrics', authorization);
  return {
    '/healthz': () => probeAnswer(standstills(facts())),
    '/readyz': () => probeAnswer([...standstills(facts()), ...shortcomings(facts())]),
    ...(config.metrics.enabled && {
      '/metrics': metricsRoute(metrics, config.metrics.authentication ? review : undefined),
    }),
  };
}
