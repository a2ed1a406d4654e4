import type { NodeOutcome, Outcome } from './apply.ts';
import { type Graph, nodeKey } from './graph.ts';

/** How a pass came out, without what was planned: that is most of it, and is planned anew at each look. */
export interface KeptOutcome extends Omit<Outcome, 'nodes'> {
  readonly nodes: ReadonlyMap<string, Omit<NodeOutcome, 'node'>>;
}

export const keepOutcome = ({ nodes, ...rest }: Outcome): KeptOutcome => ({
  ...rest,
  nodes: new Map(nodes.map(({ node, ...outcome }) => [nodeKey(node.kind, node.id), outcome])),
});

/** What is kept of the nodes of a graph. */
export const recallOutcome = ({ nodes, ...rest }: KeptOutcome, graph: Graph): Outcome => ({
  ...rest,
  nodes: graph.flatMap((node) => {
    const outcome = nodes.get(nodeKey(node.kind, node.id));
    return outcome ? [{ ...outcome, node }] : [];
  }),
});
