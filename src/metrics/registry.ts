import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Definition, type LabelsOf, METRICS, type MetricName, type NamesOf } from './definitions.ts';

/** Writes a figure that is read at each scrape. */
export type SetFigure = <Name extends NamesOf<'counter' | 'gauge'>>(
  name: Name,
  labels: LabelsOf<Name>,
  value: number,
) => void;

/** Reads figures when they are asked for. What it writes no more is no more told. */
export type ReadFigures = (set: SetFigure) => void;

/** The metrics of {@link METRICS}: what is counted as it happens, and what is read when somebody asks. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #readers: ReadFigures[] = [];

  constructor() {
    for (const [key, { type, help, labels, buckets }] of Object.entries<Definition>(METRICS)) {
      const name = key as MetricName;
      const settings = { name, help, labelNames: [...labels], registers: [this.#registry] };
      if (type === 'counter') this.#counters.set(name, new Counter(settings));
      else if (type === 'gauge') this.#gauges.set(name, new Gauge(settings));
      else this.#histograms.set(name, new Histogram({ ...settings, buckets: [...(buckets ?? [])] }));
    }
  }

  count<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>): void {
    this.#counters.get(name)?.inc(labels);
  }

  observe<Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** Has figures read at each scrape. */
  read(reader: ReadFigures): void {
    this.#readers.push(reader);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const [name, counter] of this.#counters) if ('isRead' in METRICS[name]) counter.reset();
    const set: SetFigure = (name, labels, value) => {
      this.#gauges.get(name)?.set(labels, value);
      this.#counters.get(name)?.inc(labels, value);
    };
    for (const reader of this.#readers) reader(set);
    return await this.#registry.metrics();
  }
}
