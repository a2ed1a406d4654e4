import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import type { NodeOutcome, SeenBefore } from '../../aws/graph/apply.ts';
import { functionTags } from '../../aws/kinds/function.ts';
import { isOfPredecessor, ownerKey } from '../../aws/object/owner.ts';
import { fromRfc3339 } from '../../clock.ts';
import type { KubernetesResource } from '../../kubernetes/resource.ts';
import { regionOwner } from '../../plan/identity.ts';
import type { Context, Next } from '../context.ts';
import { regionOf } from '../input/endpoint-claim.ts';
import { namespaceUidOf, ownerIn } from '../input/owner-of.ts';
import { driftNote, driftsAmong, driftWords, type Rested } from '../report/drift.ts';
import { domainsOf } from './domain-view.ts';
import type { RegionProblem } from './problems.ts';
import { reconcileRegion } from './reconcile-region.ts';
import { Torsos } from './torsos.ts';
import { wantedRoutes } from './wanted-routes.ts';
import { wantedZones } from './zones.ts';

export type RegionContext = Pick<
  Context,
  'account' | 'client' | 'clock' | 'cluster' | 'config' | 'events' | 'logger' | 'onDrift' | 'pipelines'
> & {
  /** What Events about what pipelines share are told of. */
  readonly self: KubernetesResource;
  /** Has the pipelines looked at that may wait for what was done in a region. */
  readonly wakePipelines: (keys: readonly WebhookPipeline[]) => void;
};

/** Milliseconds for which what only settings change is taken to be as it was seen: while pipelines are made, a look follows another. */
const REST = 30_000;

/** Looks at the shared objects of one region at a time, and keeps the words for what went wrong. */
export class RegionReconciler {
  readonly #context: RegionContext;
  readonly #problems = new Map<string, readonly RegionProblem[]>();
  readonly #rested = new Map<string, Rested>();
  readonly #torsos = new Map<string, Torsos>();
  /** How a region came out when it was looked at last. */
  readonly #last = new Map<string, SeenBefore>();
  readonly #startedAt: number;
  /** Regions that this process has looked at. */
  readonly #known = new Set<string>();

  constructor(context: RegionContext) {
    this.#context = context;
    this.#startedAt = context.clock.now();
  }

  problems(region: string): readonly RegionProblem[] {
    return this.#problems.get(region) ?? [];
  }

  async reconcile(region: string): Promise<Next> {
    const { config, cluster, logger, pipelines, account: accountIn, wakePipelines } = this.#context;
    const here = pipelines.list().filter((pipeline) => regionOf(pipeline, config) === region);
    const isEmpty = here.length === 0;
    if (isEmpty && !config.deleteSharedObjects) {
      this.#problems.delete(region);
      return { done: true };
    }
    const torsos = this.#torsos.get(region) ?? new Torsos();
    this.#torsos.set(region, torsos);
    try {
      const account = await accountIn(region);
      const result = await reconcileRegion({
        account,
        owner: regionOwner(cluster, config.iamPath, config.tags),
        wanted: wantedRoutes(pipelines.list(), account, cluster, config),
        isOfPredecessor: (functionArn) => this.#isOfPredecessor(account, functionArn),
        zones: await wantedZones(this.#context, account),
        networkCidr: config.networkCidr,
        resourcesPerApi: config.resourcesPerApi,
        domains: {
          domains: domainsOf(config, region),
          disableExecuteApiEndpoint: config.disableExecuteApiEndpoint,
        },
        hostIds: here.flatMap(hostInSharedNetwork),
        isResumed: !this.#known.has(region) && here.some((each) => wasBegun(each, this.#startedAt)),
        remove: isEmpty,
        torsos,
        before: this.#seenLately(region),
      });
      this.#last.set(region, { nodes: result.nodes, swept: result.swept });
      this.#known.add(region);
      this.#noteDrift(region, result.nodes);
      for (const { kind, id, message } of result.removed)
        logger.info({ region, object: `${kind} ${id}`, cause: message }, 'removed in AWS');
      const isNews = this.#note(region, result.problems);
      if (result.changed || isNews) wakePipelines(here.filter(isWaiting));
      if (result.failed) return { backoff: true, progressed: result.changed };
      if (!result.settled) return { after: result.seconds ?? 1, urgency: 'shared' };
      if (isEmpty) return { done: true };
      const now = this.#context.clock.now();
      const seen = Math.min(now, ...result.nodes.flatMap(({ seenAt }) => seenAt ?? []));
      return { after: Math.max(1, config.resyncSeconds - (now - seen) / 1000), urgency: 'routine' };
    } catch (error) {
      const judged = judge(error);
      if (judged.is === 'requeue') return { after: judged.seconds, urgency: 'shared' };
      const { reason, message } = judged;
      const problem = { reason, message, terminal: judged.is === 'terminal' };
      const isNews = this.#note(region, [
        { part: 'Gateway', ...problem },
        { part: 'Store', ...problem },
      ]);
      if (isNews) wakePipelines(here.filter(isWaiting));
      return { backoff: true };
    }
  }

  /** Of a function that is named as one of a pipeline that there is: that one may not be who made it. */
  async #isOfPredecessor(account: Account, functionArn: string): Promise<boolean> {
    const tags = await functionTags(account, functionArn.split(':')[6] ?? '');
    const pipeline = tags && this.#context.pipelines.get(ownerKey(tags));
    if (!pipeline) return false;
    const namespaceUid = await namespaceUidOf(this.#context, pipeline);
    return isOfPredecessor(tags, ownerIn(this.#context, pipeline, namespaceUid));
  }

  #seenLately(region: string): SeenBefore {
    const since = this.#context.clock.now() - REST;
    const { nodes, swept } = this.#last.get(region) ?? { nodes: [] };
    return {
      nodes: nodes.filter(({ seenAt = 0 }) => seenAt > since),
      swept: swept && swept.at > since ? swept : undefined,
    };
  }

  /** Says what somebody else did to what this process has seen ready. */
  #noteDrift(region: string, nodes: readonly NodeOutcome[]): void {
    const { clock, events, logger, onDrift, self } = this.#context;
    const rested = this.#rested.get(region) ?? new Map();
    this.#rested.set(region, rested);
    const drifts = driftsAmong(rested, nodes, clock.now());
    if (drifts.length === 0) return;
    for (const { node } of drifts) onDrift?.(node.kind);
    const cause = driftWords({ nodes: drifts });
    logger.warn({ region, cause }, 'somebody else changed this in AWS, and it is put right');
    events.record(self, driftNote({ nodes: drifts }));
  }

  /** Remembers and logs what is wrong, once; answers whether that is news. */
  #note(region: string, problems: readonly RegionProblem[]): boolean {
    const before = new Set(this.problems(region).map(({ message }) => message));
    this.#problems.set(region, problems);
    const news = problems.filter(({ message }) => !before.has(message));
    for (const { reason, message } of new Map(news.map((each) => [each.message, each])).values()) {
      this.#context.logger.warn(
        { region, reason, cause: message },
        'a shared object of the region is not as it should be',
      );
    }
    return news.length > 0;
  }
}

/** Whether an earlier process was at work on a pipeline. Kubernetes keeps times to the second. */
function wasBegun({ status }: WebhookPipeline, startedAt: number): boolean {
  const start = Math.floor(startedAt / 1000) * 1000;
  return (status?.conditions ?? []).some(({ lastTransitionTime }) => fromRfc3339(lastTransitionTime) < start);
}

function hostInSharedNetwork({ spec, status }: WebhookPipeline): string[] {
  const host = status?.store?.host;
  return host === undefined || spec.network ? [] : [host];
}

/** Whether a pipeline may be helped by a change of the region. */
function isWaiting({ metadata, status }: WebhookPipeline): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  // Of what is not begun nothing waits yet.
  if (!status?.objects?.length) return false;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status !== 'True' || ready.observedGeneration !== metadata.generation;
}
