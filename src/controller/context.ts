import type { WebhookPipeline } from '../api/v1alpha1.ts';
import type { Account } from '../aws/account/account.ts';
import type { Clock } from '../clock.ts';
import type { CodeLibrary } from '../code.ts';
import type { Config } from '../config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { EventRecorder } from '../kubernetes/events.ts';
import type { Logger } from '../kubernetes/logger.ts';
import type { Urgency } from '../kubernetes/work-queue.ts';
import type { HostTurns } from './input/host-replacement.ts';
import type { RegionProblem } from './region/problems.ts';

/** What a reconcile works with. */
export interface Context {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly client: KubernetesClient;
  readonly events: EventRecorder;
  /** Which cluster, in tags and names. */
  readonly cluster: string;
  readonly code: CodeLibrary;
  /** For metrics: a look at what had come to rest found an object of this kind changed in AWS, and put it right. */
  readonly onDrift?: (kind: string) => void;
  /** The AWS account in a region; fails while AWS or the credentials do. */
  readonly account: (region: string) => Promise<Account>;
  readonly regions: Regions;
  readonly hostTurns: HostTurns;
  readonly pipelines: {
    get(key: string): WebhookPipeline | undefined;
    list(): WebhookPipeline[];
    /** Takes what a write returned, so that it is seen before the watch brings it. */
    remember(pipeline: WebhookPipeline): void;
  };
}

/** The reconciles of the regions' shared objects, as those of pipelines see them. */
export interface Regions {
  /** Has a region's shared objects looked at soon. */
  wake(region: string): void;
  /** In words, what went wrong in the last look; what is there is observed, not asked for here. */
  problems(region: string): readonly RegionProblem[];
}

/** When to look at a key again. */
export type Next =
  /** In so many seconds; all is well or on its way. */
  | { readonly after: number; readonly urgency: Urgency }
  /** Something failed: with growing pauses, which begin anew where something was achieved all the same. */
  | { readonly backoff: true; readonly progressed?: boolean; readonly atMostSeconds?: number }
  /** Not before something changes. */
  | { readonly done: true };
