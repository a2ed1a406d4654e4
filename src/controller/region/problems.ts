import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import type { KindName, Part } from '../../aws/graph/graph.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import type { Reason } from '../../reason.ts';

/** What keeps a shared object of a region from being as it is wanted. */
export interface RegionProblem {
  readonly part: Part;
  /** Path of the one route that it concerns, such as "/nami/orders"; absent: it concerns all pipelines. */
  readonly path?: string;
  /** It concerns what leads to the gateway by a domain name, without which endpoints are reached all the same. */
  readonly ofDomains?: true;
  readonly reason: Reason;
  readonly message: string;
  /** Only a user can change it. */
  readonly terminal: boolean;
}

const OF_DOMAINS: ReadonlySet<KindName> = new Set([
  'BasePathMapping',
  'DefaultEndpoint',
  'DnsRecord',
  'DomainName',
]);

/** The problems that a look at the shared objects came upon. */
export function problemsOf({ nodes, leftovers }: Pick<Outcome, 'nodes' | 'leftovers'>): RegionProblem[] {
  return [
    ...nodes.filter(({ state }) => state === 'Failed').map(ofNode),
    ...leftovers.filter(({ why }) => why === 'failed').map(ofLeftover),
  ];
}

const ofNode = ({ node, reason = 'AWSError', message = '', terminal }: NodeOutcome): RegionProblem => ({
  part: node.part,
  ...(node.kind === 'Route' && node.optional && { path: node.id }),
  ...(OF_DOMAINS.has(node.kind) && { ofDomains: true }),
  reason,
  message: `${node.kind} ${node.id}: ${message}`,
  terminal: terminal ?? false,
});

const ofLeftover = ({ kind, id, reason = 'AWSError', message = '' }: Leftover): RegionProblem => ({
  part: 'Gateway',
  ...(OF_DOMAINS.has(kind) && { ofDomains: true }),
  reason,
  message: `${kind} ${id} can not be removed: ${message}`,
  terminal: false,
});
