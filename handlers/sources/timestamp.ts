import { timeOf, wholeNumberOf } from './json-body.ts';
import type { Trust, UnverifiedReason } from './source.ts';

/**
 * What is wrong with a signed timestamp in Unix seconds, if anything. The tolerance holds both ways and its limits
 * belong to it. Milliseconds, which some senders' home-made clients send, are named for the owner rather than taken.
 */
export function timestampProblem(
  text: string | undefined,
  { settings, now }: Trust,
): UnverifiedReason | undefined {
  if (text === undefined) return 'timestamp-missing';
  if (/^\d{13}$/.test(text)) return 'timestamp-in-milliseconds';
  if (!/^\d{1,12}$/.test(text)) return 'timestamp-malformed';
  const ageSeconds = Math.floor(now.getTime() / 1000) - Number(text);
  if (ageSeconds > settings.toleranceSeconds) return 'timestamp-too-old';
  if (-ageSeconds > settings.toleranceSeconds) return 'timestamp-in-future';
  return undefined;
}

/** The time that Unix seconds in digits stand for. */
export function unixTimeOf(text: string | undefined): Date | undefined {
  return timeOf(wholeNumberOf(text), 1000);
}
