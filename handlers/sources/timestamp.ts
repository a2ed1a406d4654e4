import type { TimestampFormat } from '../contract.ts';
import { timeOf, wholeNumberOf } from './json-body.ts';
import type { Trust, UnverifiedReason } from './source.ts';

/** Milliseconds have more digits than seconds ever will, so that one isn't taken for the other. */
const FORMS: Readonly<Record<TimestampFormat, RegExp>> = {
  seconds: /^\d{1,12}$/,
  milliseconds: /^\d{13}$/,
  iso8601: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
};

/**
 * What is wrong with a signed timestamp, if anything. The tolerance holds both ways and its limits belong to it.
 * Milliseconds for seconds, which some senders' home-made clients send, are named for the owner rather than taken.
 */
export function timestampProblem(
  text: string | undefined,
  { settings, now }: Trust,
  format: TimestampFormat = 'seconds',
): UnverifiedReason | undefined {
  if (text === undefined) return 'timestamp-missing';
  if (format === 'seconds' && FORMS.milliseconds.test(text)) return 'timestamp-in-milliseconds';
  const time = timestampTime(text, format);
  if (time === undefined) return 'timestamp-malformed';
  // Seconds are what is left of a time without its fraction.
  const ours = format === 'seconds' ? Math.floor(now.getTime() / 1000) * 1000 : now.getTime();
  const age = ours - time.getTime();
  if (age > settings.toleranceSeconds * 1000) return 'timestamp-too-old';
  if (-age > settings.toleranceSeconds * 1000) return 'timestamp-in-future';
  return undefined;
}

/** The time that such a text stands for. */
export function timestampTime(text: string, format: TimestampFormat): Date | undefined {
  if (!FORMS[format].test(text)) return undefined;
  return format === 'iso8601' ? timeOf(text) : timeOf(Number(text), format === 'seconds' ? 1000 : 1);
}

/** The time that Unix seconds in digits stand for. */
export function unixTimeOf(text: string | undefined): Date | undefined {
  return timeOf(wholeNumberOf(text), 1000);
}
