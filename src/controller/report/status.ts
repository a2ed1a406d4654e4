import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import { rfc3339 } from '../../clock.ts';
import { DATA_VOLUME, routePath, STAGE } from '../../plan/identity.ts';
import type { PlanInput } from '../../plan/input.ts';
import { partitionOf } from '../../plan/partition.ts';
import type { StoreBelief } from '../pipeline/store-belief.ts';
import type { DomainView } from '../region/domain-view.ts';
import type { QueueView } from './health.ts';
import { nodeOf } from './nodes.ts';
import { storeFacts } from './store-facts.ts';

/** Pure: from what was seen to the status, conditions aside. */

export interface Seen {
  readonly input: PlanInput;
  readonly outcome: Outcome;
  readonly store: StoreBelief;
  readonly queue: QueueView | undefined;
  /** The gateway through which senders reach the pipeline now, if they do. */
  readonly servedBy: string | undefined;
  /** Domain names that may lead to it. */
  readonly domains: readonly DomainView[];
  /** Name of the Secret by which others read the events. */
  readonly binding: string | undefined;
  /** Of the volume, where they are asked for. */
  readonly snapshots?: NonNullable<Status['store']>['snapshots'];
  /** When the function first got into the store with the present credentials (RFC 3339). */
  readonly credentialsSince?: string | undefined;
}

type Status = WebhookPipelineStatus;

/** `before` gives what can't be seen at the moment, such as the URL while the gateway is being changed. */
export function statusOf(seen: Seen, before: Status | undefined, urlTemplate: string): Partial<Status> {
  const { input, outcome, queue, binding } = seen;
  const url = urlOf(seen, urlTemplate) ?? before?.endpoint?.url;
  return {
    endpoint: present({ url, path: input.path, region: input.place.region, dnsTarget: dnsTargetOf(seen) }),
    objects: outcome.nodes.map((each) => objectOf(each, before?.objects)),
    ...(queue && { queue }),
    store: storeOf(seen, before?.store),
    ...(binding !== undefined && { binding: { name: binding } }),
    code: present({
      preQueue: nodeOf(outcome, 'Alias', 'pre-queue')?.outputs.codeSha256,
      postQueue: nodeOf(outcome, 'Alias', 'post-queue')?.outputs.codeSha256,
    }),
  };
}

/** What could not be seen keeps its id: a deletion looks for what the status names. */
function objectOf(
  { node: { kind, id: name }, state, id: found, unseen, foreign }: NodeOutcome,
  before: Status['objects'] = [],
): NonNullable<Status['objects']>[number] {
  const known =
    unseen || foreign ? before.find((each) => each.kind === kind && each.name === name)?.id : undefined;
  return { kind, name, ...present({ id: found ?? known }), state };
}

/** The first domain name that leads to the gateway which serves the pipeline. */
const leadingDomain = ({ servedBy, domains }: Seen): DomainView | undefined =>
  domains.find(({ basePaths }) => servedBy !== undefined && basePaths[servedBy] !== undefined);

/** What the domain name has to lead to in DNS, from when AWS says it. */
const dnsTargetOf = (seen: Seen): string | undefined => (leadingDomain(seen) ?? seen.domains[0])?.target;

/** The URL, once senders can reach it. */
function urlOf(seen: Seen, template: string): string | undefined {
  const { input, servedBy } = seen;
  if (servedBy === undefined) return undefined;
  const domain = leadingDomain(seen);
  if (domain) {
    const basePath = domain.basePaths[servedBy] ?? '';
    return `https://${domain.name}${basePath && `/${basePath}`}${routePath(input.path)}`;
  }
  const values: Record<string, string> = {
    api: servedBy,
    region: input.place.region,
    dnsSuffix: partitionOf(input.place.partition).dnsSuffix,
    stage: STAGE,
    path: input.path,
  };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function storeOf(
  { outcome, store, input, snapshots, credentialsSince }: Seen,
  before: Status['store'],
): NonNullable<Status['store']> {
  const instance = nodeOf(outcome, 'Instance', 'host');
  const isUnseen = instance?.unseen === true;
  const host = isUnseen ? before?.host : instance?.id;
  // A volume that was not found is not forgotten: what is found next is compared with it.
  const isManaged = input.spec.store.managed !== undefined;
  const known = isManaged ? before?.volumeId : undefined;
  return present({
    host,
    address: isUnseen ? before?.address : instance?.outputs.privateIp,
    volumeId: nodeOf(outcome, 'Volume', DATA_VOLUME)?.id ?? known,
    credentialsSince,
    snapshots,
    ...answers(store, before, host === before?.host),
    ...storeFacts(store, isManaged === (before?.volumeId !== undefined) ? before : undefined),
  });
}

type Answers = Pick<NonNullable<Status['store']>, 'answersSince' | 'lastProbeTime'>;

/** Facts that change only when the store does: a time that is written again and again would be news of nothing. */
function answers({ view, answeredAt }: StoreBelief, before: Status['store'], isSameHost: boolean): Answers {
  const known = isSameHost ? before : undefined;
  if (view.is === 'reachable') return { answersSince: known?.answersSince ?? rfc3339(view.at) };
  // Not asked yet since the start of the operator: what was known stands.
  if (view.is === 'unknown')
    return present({ answersSince: known?.answersSince, lastProbeTime: known?.lastProbeTime });
  const last = answeredAt === undefined ? undefined : rfc3339(answeredAt);
  return present({ lastProbeTime: last ?? known?.lastProbeTime ?? known?.answersSince });
}

/** What a pipeline that can't be worked on now still says of itself. */
export function keptStatus(status: Status | undefined): Partial<Status> {
  const { endpoint, objects, queue, store, binding, code } = status ?? {};
  return present({ endpoint, objects, queue, store, binding, code });
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that have no value. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
