import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import type { KindName } from '../../aws/graph/graph.ts';

/** Finds what a look says of one node of a graph. */
export const nodeOf = ({ nodes }: Outcome, kind: KindName, id: string): NodeOutcome | undefined =>
  nodes.find(({ node }) => node.kind === kind && node.id === id);

/** The ARN of a function's alias, once there is one. */
export const aliasArn = (outcome: Outcome, id: string): string | undefined =>
  nodeOf(outcome, 'Alias', id)?.outputs.arn;
