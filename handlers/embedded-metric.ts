import type { LogLine } from './log.ts';

/** A metric that functions write into their logs. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

/**
 * A log line that CloudWatch makes a metric of: it costs no call. `dimensions` has a value for each of the metric's
 * dimensions. (CloudWatch: Specification: Embedded metric format.)
 */
export function embeddedMetric(
  { namespace, name, dimensions }: EmbeddedMetric,
  unit: 'Count' | 'Percent',
  value: number,
  values: Readonly<Record<string, string>>,
  at: Date,
): LogLine {
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [dimensions], Metrics: [{ Name: name, Unit: unit }] },
      ],
    },
    ...values,
    [name]: value,
  };
}
