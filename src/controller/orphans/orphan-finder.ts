import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { liveInstances, taggedResources } from '../../aws/calls/tagged-resources.ts';
import { TAGS } from '../../aws/object/owner.ts';
import type { KubernetesResource } from '../../kubernetes/resource.ts';
import type { Context, Next } from '../context.ts';
import { regionOf } from '../input/endpoint-claim.ts';
import { isWatched } from '../input/watched-namespaces.ts';
import { type Orphan, orphansAmong } from './orphan.ts';

export type OrphanContext = Pick<
  Context,
  'account' | 'clock' | 'cluster' | 'config' | 'events' | 'logger' | 'pipelines'
> & {
  /** What Events about the operator itself are told of. */
  readonly self: KubernetesResource;
};

/** Seconds between two looks at least, and between the first sight of an orphan and its report: AWS's lists lag. */
const LOOK_SECONDS = 600;
/** Pipelines named in an Event. */
const SHOWN = 5;

/** What is remembered of a region from one look to the next. */
interface Sights {
  /** By ARN, milliseconds since the epoch. */
  readonly since: ReadonlyMap<string, number>;
  readonly reported: readonly Orphan[];
  /** Why the last look failed; empty: it did not. */
  readonly trouble: string;
}

const NOTHING: Sights = { since: new Map(), reported: [], trouble: '' };

/** Reports what has no pipeline, one region at a time; it changes and removes nothing. */
export class OrphanFinder {
  readonly #context: OrphanContext;
  readonly #sights = new Map<string, Sights>();

  constructor(context: OrphanContext) {
    this.#context = context;
  }

  /** The orphans that are known, by region. */
  known(): { readonly region: string; readonly orphans: readonly Orphan[] }[] {
    return [...this.#sights].map(([region, { reported }]) => ({ region, orphans: reported }));
  }

  /** Whether the region is looked at already. */
  looksAt(region: string): boolean {
    return this.#sights.has(region);
  }

  /** Never fails: a look that does is made again like any other, and says so once. */
  async look(region: string): Promise<Next> {
    const { account: accountIn, config } = this.#context;
    const before = this.#sights.get(region) ?? NOTHING;
    this.#sights.set(region, before);
    try {
      const seen = await this.#look(await accountIn(region), before);
      this.#sights.set(region, seen);
      this.#report(region, before.reported, seen.reported);
    } catch (error) {
      this.#sights.set(region, { ...before, trouble: this.#complain(region, error, before.trouble) });
    }
    return { after: Math.max(LOOK_SECONDS, config.resyncSeconds), urgency: 'routine' };
  }

  async #look(account: Account, before: Sights): Promise<Sights> {
    const { cluster, clock, config, pipelines } = this.#context;
    const tags = { [TAGS.cluster]: cluster };
    const resources = await taggedResources(account, tags);
    const orphans = orphansAmong(resources, (namespace, name) => {
      // Another release may look after the pipelines of other namespaces.
      if (!isWatched(namespace, config)) return true;
      const pipeline = pipelines.get(`${namespace}/${name}`);
      return pipeline !== undefined && regionOf(pipeline, config) === account.region;
    });
    const now = clock.now();
    const since = new Map(orphans.map(({ arn }) => [arn, before.since.get(arn) ?? now]));
    const seenTwice = orphans.filter(({ arn }) => now - (since.get(arn) ?? now) >= LOOK_SECONDS * 1000);
    const isHost = ({ kind }: Orphan) => kind === 'Instance';
    const live = seenTwice.some(isHost) ? await liveInstances(account, tags) : new Set();
    const reported = seenTwice
      .filter((orphan) => !isHost(orphan) || live.has(orphan.arn.split('/').at(-1)))
      .sort((a, b) => (a.arn < b.arn ? -1 : 1));
    return { since, reported, trouble: '' };
  }

  #report(region: string, before: readonly Orphan[], orphans: readonly Orphan[]): void {
    const { events, logger, self } = this.#context;
    const arns = (all: readonly Orphan[]) => all.map(({ arn }) => arn).join();
    if (arns(before) === arns(orphans)) return;
    if (orphans.length === 0) {
      logger.info({ region }, 'no object in AWS is without a pipeline any more');
      return;
    }
    const owners = Map.groupBy(orphans, ({ namespace, name }) => `${namespace}/${name}`);
    const objects = Object.fromEntries([...owners].map(([key, all]) => [key, all.map(({ arn }) => arn)]));
    logger.warn(
      { region, objects },
      'objects in AWS carry the tags of pipelines that there are not; nothing removes them',
    );
    const shown = [...owners].slice(0, SHOWN).map(([key, all]) => `${key} (${all.length})`);
    const rest = owners.size > SHOWN ? ` and ${owners.size - SHOWN} more` : '';
    events.record(self, {
      type: 'Warning',
      reason: 'ObjectsWithoutPipeline',
      action: 'Look',
      message: `in ${region} ${orphans.length} objects in AWS carry the tags of pipelines that there are not, and nothing removes them: ${shown.join(', ')}${rest}. Make the pipeline again and delete it, or remove them in AWS; the operator's log has their ARNs`,
    });
  }

  /** Answers what is wrong, and says it where that is news. */
  #complain(region: string, error: unknown, before: string): string {
    const judged = judge(error);
    // A right that is missing is refused in other words each time.
    const trouble = judged.is === 'requeue' ? judged.message : judged.reason;
    if (trouble !== before)
      this.#context.logger.warn(
        { region, cause: judged.message },
        'objects without a pipeline can not be looked for',
      );
    return trouble;
  }
}
