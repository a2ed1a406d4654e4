import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { type Definition, METRICS } from '../../../src/metrics/definitions.ts';

/** What Prometheus itself adds to a series: of its own configuration, and of the ServiceMonitor's target. */
const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod'];
/** What Prometheus makes itself of each scrape. */
const OF_PROMETHEUS: Readonly<Record<string, readonly string[]>> = { up: [] };
/** The series that a histogram is told as. (Prometheus: metric types.) */
const OF_HISTOGRAM: Readonly<Record<string, readonly string[]>> = { _bucket: ['le'], _sum: [], _count: [] };

/** The series that the operator tells, each with its labels. */
const SERIES = new Map<string, readonly string[]>([
  ...Object.entries(OF_PROMETHEUS),
  ...Object.entries<Definition>(METRICS).flatMap(([name, { type, labels }]) =>
    type === 'histogram'
      ? Object.entries(OF_HISTOGRAM).map(([end, more]) => [name + end, [...labels, ...more]] as const)
      : [[name, labels] as const],
  ),
]);

/** A condition in braces, as `code!="OK"`. */
export interface Matcher {
  readonly metric: string;
  readonly label: string;
  /** As it stands there, without quotes. */
  readonly value: string;
}

export interface Reading {
  /** What is not as the operator tells it, or no PromQL. */
  readonly wrong: readonly string[];
  /** Labels that the answer can have. */
  readonly labels: ReadonlySet<string>;
  readonly metrics: ReadonlySet<string>;
  readonly matchers: readonly Matcher[];
}

/** Reads an expression with Prometheus' own grammar, and holds its names against what the operator tells. */
export function readPromQL(expression: string): Reading {
  const wrong: string[] = [];
  const grouped = new Set<string>();
  const matchers: Matcher[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to);
  const tree = parser.parse(expression);
  const metrics = metricsIn(tree.topNode, textOf);
  for (const name of metrics) if (!SERIES.has(name)) wrong.push(`the operator has no metric ${name || '""'}`);
  tree.iterate({
    enter: ({ type, node }) => {
      if (type.isError) wrong.push(`no PromQL at ${node.from}: ${expression}`);
      if (type.name !== 'LabelName' || node.parent === null) return;
      const label = textOf(node);
      // What is within the next of these is what the label is a label of.
      const within = ancestor(node, ['VectorSelector', 'AggregateExpr', 'BinaryExpr']);
      const concerned = within ? metricsIn(within, textOf) : [];
      for (const metric of concerned) {
        if (!labelsOf([metric]).has(label)) wrong.push(`${metric} has no label ${label}`);
      }
      if (within?.name !== 'VectorSelector') grouped.add(label);
      else {
        const [, value = ''] = /"(.*)"$/s.exec(textOf(node.parent)) ?? [];
        matchers.push({ metric: concerned[0] ?? '', label, value });
      }
    },
  });
  const labels = grouped.size > 0 ? grouped : labelsOf(metrics);
  return { wrong, labels, metrics: new Set(metrics), matchers };
}

/** The names that are selected; empty for one that is not a name. */
function metricsIn(node: SyntaxNode, textOf: (node: SyntaxNode) => string): string[] {
  const found: string[] = [];
  node.cursor().iterate((each) => {
    if (each.name !== 'VectorSelector') return;
    const name = each.node.firstChild;
    found.push(name?.name === 'Identifier' ? textOf(name) : '');
  });
  return found;
}

function ancestor(node: SyntaxNode, names: readonly string[]): SyntaxNode | null {
  let above = node.parent;
  while (above !== null && !names.includes(above.name)) above = above.parent;
  return above;
}

function labelsOf(metrics: Iterable<string>): Set<string> {
  return new Set([...TARGET_LABELS, ...[...metrics].flatMap((metric) => SERIES.get(metric) ?? [])]);
}
