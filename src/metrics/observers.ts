import type { Exchange } from '../aws/account/call-watch.ts';
import type { RequestObservation } from '../kubernetes/client.ts';
import type { Run } from '../kubernetes/work-queue.ts';
import type { Metrics } from './registry.ts';

/** The one work queue: it serves all controllers. */
export const QUEUE_LABELS = { name: 'nami', controller: 'nami' };

/** One look of a controller, as metrics see it. */
export interface ReconcileObservation {
  readonly controller: string;
  readonly result: string;
  readonly seconds: number;
}

/** What the parts of the operator report as it happens, each to one or more metrics. */
export function observers(metrics: Metrics) {
  return {
    onExchange: ({ service, operation, code, throttled, seconds }: Exchange) => {
      metrics.count('nami_aws_requests_total', { service, operation, code });
      metrics.observe('nami_aws_request_duration_seconds', { service, operation }, seconds);
      if (throttled) metrics.count('nami_aws_throttled_requests_total', { service, operation });
    },
    onWait: (service: string, seconds: number) =>
      metrics.observe('nami_aws_pace_wait_seconds', { service }, seconds),
    onRequest: ({ host, method, status, seconds }: RequestObservation) => {
      const code = status === undefined ? '<error>' : String(status);
      metrics.count('rest_client_requests_total', { code, method, host });
      metrics.observe('rest_client_request_duration_seconds', { verb: method, host }, seconds);
    },
    onRun: ({ waitedSeconds, tookSeconds }: Run) => {
      metrics.observe('workqueue_queue_duration_seconds', QUEUE_LABELS, Math.max(0, waitedSeconds));
      metrics.observe('workqueue_work_duration_seconds', QUEUE_LABELS, tookSeconds);
    },
    onReconcile: ({ controller, result, seconds }: ReconcileObservation) => {
      metrics.count('controller_runtime_reconcile_total', { controller, result });
      if (result === 'error') metrics.count('controller_runtime_reconcile_errors_total', { controller });
      metrics.observe('controller_runtime_reconcile_time_seconds', { controller }, seconds);
    },
    onDrift: (kind: string) => metrics.count('nami_drift_total', { kind }),
  };
}
