import type { ConditionType } from '../../api/v1alpha1.ts';
import type { NodeOutcome } from '../../aws/graph/apply.ts';
import type { Part } from '../../aws/graph/graph.ts';
import type { Remark } from '../../aws/object/kind.ts';
import type { ConditionNow } from '../../kubernetes/status.ts';
import type { Reason } from '../../reason.ts';

/** Pure: from what was observed to the conditions that users and tools read (kstatus). */

/** Something that keeps a part from being ready. */
export interface Finding {
  readonly part: Part;
  readonly reason: Reason;
  readonly message: string;
  /** Only the user can change it. */
  readonly terminal: boolean;
  /** False: it is on its way. */
  readonly failed: boolean;
}

/** What is to be known of a part that is ready. */
export interface PartRemark extends Remark {
  readonly part: Part;
}

export interface Health {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** What stands above all parts of a pipeline. */
export interface Overall {
  readonly reason: Reason;
  readonly message: string;
  /** Only the user can change it. */
  readonly terminal: boolean;
}

/** What is said of a pipeline. */
export interface Report {
  readonly generation: number;
  readonly findings: readonly Finding[];
  readonly health: Health;
  /** The first one of a part is told. */
  readonly remarks?: readonly PartRemark[];
  /** Beside the parts: what stands above them all, such as a spec that can't be read. */
  readonly overall?: Overall;
  /** What a pipeline that is ready says, instead of nothing. */
  readonly note?: string;
}

const PARTS: readonly Part[] = ['Gateway', 'Queue', 'Functions', 'Store'];
const PROGRESSING = 'Progressing';
const READY: Remark = { reason: 'Ready', message: '' };
/** Messages are for people: a few findings are enough. */
const SHOWN = 3;

/** The objects of a graph that are not ready. */
export function findingsOf(nodes: readonly NodeOutcome[]): Finding[] {
  return nodes
    .filter(({ node, state }) => state !== 'Ready' && !node.optional)
    .map(({ node, state, reason, message = 'is being made', terminal }) => ({
      part: node.part,
      reason: state === 'Failed' ? (reason ?? 'AWSError') : PROGRESSING,
      message: `${node.kind} ${node.id}: ${message}`,
      terminal: terminal ?? false,
      failed: state === 'Failed',
    }));
}

/** What the objects of a graph have to say although they are ready. */
export const remarksOf = (nodes: readonly NodeOutcome[]): PartRemark[] =>
  nodes.flatMap(({ node, remark }) => (remark ? { part: node.part, ...remark } : []));

export function conditionsOf({
  generation,
  findings,
  health,
  remarks = [],
  overall,
  note,
}: Report): ConditionNow[] {
  const condition = (
    type: ConditionType,
    status: ConditionNow['status'],
    reason: Reason,
    message: string,
  ): ConditionNow => ({ type, status, reason, message, observedGeneration: generation });

  const parts = PARTS.map((part) => {
    const type = `${part}Ready` as const;
    if (overall) return condition(type, 'Unknown', overall.reason, 'see Ready');
    const own = mostTelling(findings.filter((finding) => finding.part === part));
    const first = own[0];
    if (!first) {
      const { reason, message } = remarks.find((remark) => remark.part === part) ?? READY;
      return condition(type, 'True', reason, message);
    }
    return condition(type, 'False', first.reason, say(own));
  });

  const telling = mostTelling(findings);
  const cause = overall ?? telling[0];
  const message = overall?.message ?? say(telling);
  const stalled = overall?.terminal ?? telling.some(({ terminal }) => terminal);
  return [
    cause
      ? condition('Ready', 'False', cause.reason, message)
      : condition('Ready', 'True', 'Ready', note ?? 'deliveries are accepted and stored'),
    ...parts,
    // Both are "abnormal-true": tools take a pipeline with neither for settled.
    cause && !stalled
      ? condition('Reconciling', 'True', cause.reason, message)
      : condition('Reconciling', 'False', 'Settled', ''),
    cause && stalled
      ? condition('Stalled', 'True', cause.reason, message)
      : condition('Stalled', 'False', 'NotStalled', ''),
    condition('Healthy', health.status, health.reason, health.message),
  ];
}

/** What the user must do first, then what went wrong, then what is on its way; what only waits for others last. */
function mostTelling(findings: readonly Finding[]): Finding[] {
  const weight = ({ terminal, failed, message }: Finding) => {
    if (terminal) return 0;
    if (failed) return 1;
    return message.includes(': waits for ') ? 3 : 2;
  };
  return [...findings].sort((a, b) => weight(a) - weight(b));
}

function say(findings: readonly Finding[]): string {
  const shown = findings.slice(0, SHOWN).map(({ message }) => message);
  const rest = findings.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}
