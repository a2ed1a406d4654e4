import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import { TerminalError } from '../../aws/account/errors.ts';
import type { Tags } from '../../aws/object/owner.ts';
import type { Config } from '../../config.ts';

/** Tags beside the operator's own, which leave room for those among the 50 of an object. (AWS: tag naming limits.) */
const MOST_TAGS = 40;

/** Tags that a pipeline's objects get: the operator's, and those of its spec under other keys. IAM tells no cases apart. */
export function addedTags({ spec }: WebhookPipeline, { tags }: Pick<Config, 'tags'>): Tags {
  const taken = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  const own = Object.entries(spec.tags ?? {}).filter(([key]) => !taken.has(key.toLowerCase()));
  return { ...tags, ...Object.fromEntries(own) };
}

/** Throws TerminalError `TagsInvalid` where AWS can't take all of them. */
export function checkTags(added: Tags): void {
  const keys = Object.keys(added);
  if (keys.length > MOST_TAGS) {
    throw new TerminalError(
      'TagsInvalid',
      `spec.tags and operator.tags (NAMI_TAGS) make ${keys.length} tags, and ${MOST_TAGS} are the most: take some out of spec.tags`,
    );
  }
  const twin = keys.find((key) =>
    keys.some((other) => other !== key && other.toLowerCase() === key.toLowerCase()),
  );
  if (twin === undefined) return;
  throw new TerminalError(
    'TagsInvalid',
    `spec.tags has the key ${twin} in two spellings, which IAM takes for one: take one of them out`,
  );
}
