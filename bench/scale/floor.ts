import type { Call } from '../../test/simulation/aws/aws-account.ts';
import { bucketsOf } from '../../test/simulation/aws/published-rates.ts';

/** The shortest time that AWS's rates allow. */
export interface Floor {
  readonly seconds: number;
  /** The bucket that takes so long to give all tokens; undefined where AWS limits nothing of it. */
  readonly bucket?: string;
}

/**
 * Calls that had to be made, as "service:Command" with their number: those that changed something, each once. Reads are
 * the operator's own choice; so is to ask again for what was refused, and to ask twice for the same.
 */
export function necessaryCalls(calls: readonly Call[]): ReadonlyMap<string, number> {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  for (const { service, command, input, isRead, error } of calls) {
    if (isRead || error !== undefined) continue;
    const call = `${service}:${command}`;
    const request = `${call} ${JSON.stringify(input, identifying)}`;
    if (seen.has(request)) continue;
    seen.add(request);
    counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return counts;
}

/** Of a request what tells it from others: code is the same in every function, and one deployment could hold all routes. */
const identifying = (key: string, value: unknown) => {
  if (key === 'description') return undefined;
  return value instanceof Uint8Array ? value.byteLength : value;
};

/**
 * The time, in seconds, in which `share` of the rates that AWS publishes lets so many calls through, were nothing else to
 * wait for. A bucket that holds b tokens and gets r a second gives n of them after (n − b) / r seconds, with b and r held
 * to the share, as the operator holds itself to it. Buckets fill beside each other: the slowest one counts.
 */
export function floorOf(calls: ReadonlyMap<string, number>, share: number): Floor {
  const taken = new Map<string, number>();
  const seconds = new Map<string, number>();
  for (const [call, count] of calls)
    for (const { name, perSecond, burst } of bucketsOf(call)) {
      const tokens = (taken.get(name) ?? 0) + count;
      taken.set(name, tokens);
      seconds.set(name, Math.max(0, (tokens - Math.max(1, burst * share)) / (perSecond * share)));
    }
  const [slowest] = [...seconds].sort(([, a], [, b]) => b - a);
  if (slowest === undefined || slowest[1] === 0) return { seconds: 0 };
  return { seconds: slowest[1], bucket: slowest[0] };
}
