import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import type { KindName } from '../../aws/graph/graph.ts';
import { fromRfc3339, rfc3339 } from '../../clock.ts';
import { DATA_VOLUME, STAGE } from '../../plan/identity.ts';
import type { PlanInput } from '../../plan/input.ts';
import type { Memory } from '../pipeline/memory.ts';
import type { RegionOffer } from '../region/region-board.ts';

/** Pure: from what was seen to the status, conditions aside. */

export interface Seen {
  readonly input: PlanInput;
  readonly outcome: Outcome;
  readonly memory: Memory;
  readonly offer: RegionOffer | undefined;
}

/** Milliseconds after which the time of the last probe is news; a write each minute would not be. */
const PROBE_NEWS = 900_000;

export const nodeOf = ({ nodes }: Outcome, kind: KindName, id: string): NodeOutcome | undefined =>
  nodes.find(({ node }) => node.kind === kind && node.id === id);

/** The ARN of a function's alias, once there is one. */
export const aliasArn = (outcome: Outcome, id: string): string | undefined =>
  nodeOf(outcome, 'Alias', id)?.outputs.arn;

/** `before` gives what can't be seen at the moment, such as the URL while the gateway is being changed. */
export function statusOf(
  seen: Seen,
  before: WebhookPipelineStatus | undefined,
  urlTemplate: string,
): Partial<WebhookPipelineStatus> {
  const { input, outcome, memory } = seen;
  const url = urlOf(seen, urlTemplate) ?? before?.endpoint?.url;
  const host = nodeOf(outcome, 'Instance', 'host');
  const probed = probeTime(memory, before?.store?.lastProbeTime);
  return {
    endpoint: present({ url, path: input.path, region: input.place.region }),
    objects: outcome.nodes.map(({ node, state, id }) => ({
      kind: node.kind,
      name: node.id,
      ...(id !== undefined && { id }),
      state,
    })),
    ...(memory.queue && { queue: memory.queue }),
    store: present({
      host: host?.id,
      address: host?.outputs.privateIp,
      volumeId: nodeOf(outcome, 'Volume', DATA_VOLUME)?.id,
      lastProbeTime: probed,
    }),
    code: present({
      preQueue: nodeOf(outcome, 'Alias', 'pre-queue')?.outputs.codeSha256,
      postQueue: nodeOf(outcome, 'Alias', 'post-queue')?.outputs.codeSha256,
    }),
  };
}

/** The URL, once senders can reach it. */
function urlOf({ input, outcome, offer }: Seen, template: string): string | undefined {
  const api = offer?.given.gateway?.restApiId;
  const functionArn = aliasArn(outcome, 'pre-queue');
  if (api === undefined || functionArn === undefined || !offer?.shown.has(functionArn)) return undefined;
  const values: Record<string, string> = { api, region: input.place.region, stage: STAGE, path: input.path };
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function probeTime({ store }: Memory, before: string | undefined): string | undefined {
  if (store?.is !== 'reachable') return before;
  const isNews = before === undefined || store.at - fromRfc3339(before) >= PROBE_NEWS;
  return isNews ? rfc3339(store.at) : before;
}

/** What a pipeline that can't be worked on now still says of itself. */
export function keptStatus(status: WebhookPipelineStatus | undefined): Partial<WebhookPipelineStatus> {
  const { endpoint, objects, queue, store, code } = status ?? {};
  return present({ endpoint, objects, queue, store, code });
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that have no value. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
