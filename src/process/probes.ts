import type { Answer } from './http-server.ts';

/** Pure: from how the operator is to what the kubelet is told. */

export interface ProbedFacts {
  readonly phase: 'starts' | 'stands by' | 'works' | 'stops';
  /** How far somebody has set the clock back since the start. */
  readonly clockSetBackSeconds: number;
  /** Of the Lease, where there is an election. */
  readonly lease?:
    | {
        /** For how long nothing has been tried. */
        readonly standstillSeconds: number;
        /** Since the server said how it stands; undefined: it never has. */
        readonly secondsSinceAnswer: number | undefined;
        readonly durationSeconds: number;
      }
    | undefined;
  /** Of the work, where there is any. */
  readonly work?:
    | {
        readonly longestRunningSeconds: number;
        readonly standstillSeconds: number;
        readonly watchStandstillSeconds: number;
      }
    | undefined;
}

/**
 * Seconds after which something is taken to hang. A look waits for nothing without a bound, but for its turn at AWS's
 * rates, and many pipelines that come at once wait for minutes; a watch that says nothing is begun anew after 150 s, and
 * a list is tried again after 30 s at most.
 */
const HANGS = { look: 1800, workers: 900, watch: 600, lease: 120, clock: 60 };

/** What stands still in the operator itself, so that only a new start helps; what AWS or Kubernetes lack is none of it. */
export function standstills({ clockSetBackSeconds, lease, work }: ProbedFacts): string[] {
  const all: [string, number | undefined, number][] = [
    ['a look has not come to an end', work?.longestRunningSeconds, HANGS.look],
    ['there is work, and no worker begins any', work?.standstillSeconds, HANGS.workers],
    ['the watch of pipelines stands still', work?.watchStandstillSeconds, HANGS.watch],
    ['the lease is not asked for', lease?.standstillSeconds, HANGS.lease],
    // All that was noted with its time is taken to be new until the clock is there again.
    ['the clock was set back, and nothing is due', clockSetBackSeconds, HANGS.clock],
  ];
  return all
    .filter(([, seconds = 0, bound]) => seconds > bound)
    .map(([what, seconds = 0]) => `${what} for ${Math.round(seconds)} s`);
}

/** What keeps the operator from its work, or from taking it over. */
export function shortcomings({ phase, lease }: ProbedFacts): string[] {
  if (phase === 'starts' || phase === 'stops') return [`the operator ${phase}`];
  if (!lease) return [];
  const { secondsSinceAnswer, durationSeconds } = lease;
  if (secondsSinceAnswer === undefined) return ['the lease has not been seen yet'];
  return secondsSinceAnswer > durationSeconds
    ? [`the lease has not been seen for ${Math.round(secondsSinceAnswer)} s`]
    : [];
}

export const probeAnswer = (complaints: readonly string[]): Answer =>
  complaints.length === 0
    ? { status: 200, body: 'ok\n' }
    : { status: 503, body: `${complaints.join('\n')}\n` };
