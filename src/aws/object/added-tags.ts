import { createHash } from 'node:crypto';
import { TAGS, type Tags } from './owner.ts';

/**
 * Tags that users and their organisation want on everything, beside those by which the operator finds it. Which of an
 * object's tags these are is noted on the object, so that one that is no longer wanted can go and all others stay.
 */

/** Begins the keys of the operator's own tags. */
const OWN = 'nami.dev/';

/** Tags for an owner, with the note of their keys; nothing without any. */
export function noted(added: Tags): Tags {
  const keys = Object.keys(added);
  return keys.length === 0 ? {} : { ...added, [TAGS.added]: keys.map(sum).sort().join('') };
}

/** Those of an owner's tags that are not the operator's own. */
export const addedOf = (tags: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(OWN)));

/** The operator's own of some tags. */
export const ownOf = (tags: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(OWN)));

/**
 * The keys of tags that an object has by its note, and that are no longer wanted; and that it was left on purpose, once
 * somebody wants it again.
 */
export function surplusTags(found: Tags, wanted: Tags): string[] {
  const retained = TAGS.retained in found ? [TAGS.retained] : [];
  return [...retained, ...surplusOfAdded(found, wanted)];
}

function surplusOfAdded(found: Tags, wanted: Tags): string[] {
  const note = found[TAGS.added];
  if (note === undefined) return [];
  const ours = new Set(note.match(SUMS));
  const surplus = Object.keys(addedOf(found)).filter(
    (key) => ours.has(sum(key)) && !Object.hasOwn(wanted, key),
  );
  return Object.hasOwn(wanted, TAGS.added) ? surplus : [...surplus, TAGS.added];
}

/** Six characters a key: 40 keys fit into the 256 of one tag, in characters that every service takes. */
const sum = (key: string) => createHash('sha256').update(key).digest('base64url').slice(0, 6);
const SUMS = /.{6}/g;
