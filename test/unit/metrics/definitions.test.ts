import { expect, test } from 'vitest';
import { type Definition, METRICS } from '../../../src/metrics/definitions.ts';

const table = Object.entries<Definition>(METRICS);

/** Units that are parts of base units, and other words that a name may not hold. (Prometheus: promlint's validations.) */
const NO_BASE_UNITS =
  /_(milliseconds?|microseconds?|nanoseconds?|minutes?|hours?|days?|weeks?|kilobytes?|megabytes?|gigabytes?|kibibytes?|mebibytes?|gibibytes?|kilo|mega|giga|bits?|percents?|celcius|ms|us|ns|s|b|kb|mb|gb|sec|secs|min|hr)(_|$)/;

test.each(table)('%s is named and explained as promtool demands', (name, { type, help, labels, buckets }) => {
  expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  expect(help).toMatch(/^[A-Z1].*\.$/);
  expect(name).not.toMatch(NO_BASE_UNITS);
  expect(name).not.toMatch(/(^|_)(counter|gauge|histogram|summary|metric|metrics)(_|$)/);
  expect(name).not.toMatch(/_(count|sum|bucket|info)$/);
  expect(name.endsWith('_total')).toBe(type === 'counter');
  if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
  for (const label of labels) {
    expect(label).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    expect(label).not.toMatch(/^(le|quantile|job|instance)$/);
    expect(name.split('_')).not.toContain(`by_${label}`);
  }
  expect(buckets).toEqual(type === 'histogram' ? [...(buckets ?? [])].sort((a, b) => a - b) : undefined);
});

test('those that controller-runtime and client-go have too bear their names and labels', () => {
  const labels = Object.fromEntries(table.map(([name, definition]) => [name, definition.labels]));
  expect(labels).toMatchObject({
    workqueue_depth: ['name', 'controller'],
    workqueue_adds_total: ['name', 'controller'],
    workqueue_queue_duration_seconds: ['name', 'controller'],
    workqueue_work_duration_seconds: ['name', 'controller'],
    workqueue_unfinished_work_seconds: ['name', 'controller'],
    workqueue_longest_running_processor_seconds: ['name', 'controller'],
    workqueue_retries_total: ['name', 'controller'],
    controller_runtime_reconcile_total: ['controller', 'result'],
    controller_runtime_reconcile_errors_total: ['controller'],
    controller_runtime_reconcile_time_seconds: ['controller'],
    controller_runtime_active_workers: ['controller'],
    controller_runtime_max_concurrent_reconciles: ['controller'],
    leader_election_master_status: ['name'],
    rest_client_requests_total: ['code', 'method', 'host'],
    rest_client_request_duration_seconds: ['verb', 'host'],
  });
});
