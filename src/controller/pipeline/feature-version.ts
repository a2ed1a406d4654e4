import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import { fromRfc3339 } from '../../clock.ts';
import { reachableStore, type StoreBelief } from './store-belief.ts';

/** What the status says of a store. */
export type StoreTold = WebhookPipelineStatus['store'];

/** For which a database of another release must have answered without a break before its data can't go back any more. */
const TRIAL_MILLISECONDS = 3_600_000;

/**
 * The release, as "8.0", to which a managed store's data is to be brought: that of the server which runs, once it has done well
 * for a while on the host where it stands now. (MongoDB: "Upgrade a Standalone to 8.0", the burn-in before it.) Pure.
 */
export function featureVersionDue(
  { view, host, doubts, awaitsHost }: StoreBelief,
  told: StoreTold,
  now: number,
): string | undefined {
  const { version, featureVersion } = reachableStore(view) ?? {};
  if (version === undefined || featureVersion === undefined || doubts > 0 || awaitsHost) return undefined;
  const [release] = /^\d+\.\d+/.exec(version) ?? [];
  if (release === undefined || release === featureVersion) return undefined;
  // Another host is another trial, and so is an answer after none.
  if (told?.answersSince === undefined || told.host !== host) return undefined;
  return now - fromRfc3339(told.answersSince) >= TRIAL_MILLISECONDS ? release : undefined;
}
