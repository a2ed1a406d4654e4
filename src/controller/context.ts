import type { WebhookPipeline } from '../api/v1alpha1.ts';
import type { Account } from '../aws/account/account.ts';
import type { Clock } from '../clock.ts';
import type { CodeLibrary } from '../code.ts';
import type { Config } from '../config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { EventRecorder } from '../kubernetes/events.ts';
import type { Logger } from '../kubernetes/logger.ts';
import type { RegionBoard } from './region/region-board.ts';

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
  /** The AWS account in a region; fails while AWS or the credentials do. */
  readonly account: (region: string) => Promise<Account>;
  readonly board: (region: string) => RegionBoard;
  readonly pipelines: {
    get(key: string): WebhookPipeline | undefined;
    list(): WebhookPipeline[];
    /** Takes what a write returned, so that it is seen before the watch brings it. */
    remember(pipeline: WebhookPipeline): void;
  };
}

/** When to look at a key again. */
export type Next =
  /** In so many seconds; all is well or on its way. */
  | { readonly after: number }
  /** Something failed: with growing pauses. */
  | { readonly backoff: true }
  /** Not before something changes. */
  | { readonly done: true };
