import type { PostQueueProbe, StoreProbe } from '../../../handlers/contract.ts';
import type { Reason } from '../../reason.ts';

/** How the store answered. `unknown`: the function that asks it didn't, which says nothing about the store. */
export type StoreAnswer =
  | {
      readonly is: 'unknown';
      readonly why: string;
      /** There is no such function. */
      readonly unasked?: true;
    }
  | {
      readonly is: 'unreachable';
      readonly why: string;
      /** What a condition is to say in place of StoreUnreachable, where more is known. */
      readonly reason?: Reason;
      /** Since when the status checks of its host fail, in milliseconds since the epoch; absent: they don't. */
      readonly impairedSince?: number;
    }
  /** `at`: milliseconds since the epoch. */
  | { readonly is: 'reachable'; readonly probe: PostQueueProbe; readonly at: number };

/** What is believed of a store after all its answers. Pure. */
export interface StoreBelief {
  readonly view: StoreAnswer;
  /** Answers in a row that it can't be reached, while the view still is another. */
  readonly doubts: number;
  /** It stands on the host with this id; absent with an external store, or before a host was seen. */
  readonly host?: string;
  /** The host is another than before, and has not answered yet: nothing may be read for it. */
  readonly awaitsHost: boolean;
  /** When it answered last, in milliseconds since the epoch; absent: not since the operator has looked. */
  readonly answeredAt?: number;
  /** Since when it has not answered, likewise. */
  readonly silentSince?: number;
  /** Why nobody could ask a store that is known, once that has lasted: what was known may be so no more. */
  readonly unheard?: string;
}

export const NOT_ASKED: StoreBelief = {
  view: { is: 'unknown', why: 'waits for its first answer' },
  doubts: 0,
  awaitsHost: false,
};

/** What a store that is believed to be reachable said of itself. */
export function reachableStore(
  view: StoreAnswer | undefined,
): (StoreProbe & { reachable: true }) | undefined {
  const store = view?.is === 'reachable' ? view.probe.store : undefined;
  return store?.reachable ? store : undefined;
}

/** One answer may be a mishap; an outage is believed when it is said twice. */
const ANSWERS_BELIEVED = 2;

/** Milliseconds without an answer after which what was known is not said any more. */
const UNHEARD = 300_000;

/** What to believe after an answer. `now`: milliseconds since the epoch. */
export function believe(before: StoreBelief, answer: StoreAnswer, now: number): StoreBelief {
  const { silentSince: _, unheard: __, ...rest } = before;
  if (answer.is === 'reachable') {
    return { ...rest, view: answer, doubts: 0, awaitsHost: false, answeredAt: answer.at };
  }
  const silentSince = before.silentSince ?? now;
  if (answer.is === 'unknown') {
    // Where there is nobody to ask yet, nothing is silent.
    if (answer.unasked && before.view.is === 'unknown') return { ...rest, view: answer };
    // It says nothing new of a store that is known.
    const view = before.view.is === 'unknown' ? answer : before.view;
    return { ...rest, view, silentSince, ...(now - silentSince >= UNHEARD && { unheard: answer.why }) };
  }
  const doubts = before.doubts + 1;
  const isBelieved = doubts >= ANSWERS_BELIEVED || before.view.is === 'unreachable';
  const kept = before.view.is === 'unknown' ? ({ is: 'unknown', why: answer.why } as const) : before.view;
  return { ...rest, view: isBelieved ? answer : kept, doubts, silentSince };
}

/**
 * What to believe once it was seen on which host the store stands: what another host answered says nothing of this one.
 * `known` is the host that has answered before, so that a first host is told from a successor.
 */
export function onHost(before: StoreBelief, host: HostSeen, known: string | undefined): StoreBelief {
  if (host.is === 'unseen') return before;
  if (host.is === 'external') return before.host === undefined && !before.awaitsHost ? before : NOT_ASKED;
  if (host.is === 'none' && before.host === undefined && known === undefined) return before;
  if (
    host.is === 'serves' &&
    (before.host === host.id || (before.host === undefined && !before.awaitsHost))
  ) {
    return { ...before, host: host.id };
  }
  const why = host.is === 'serves' ? 'the new host has not answered yet' : 'waits for its host';
  return {
    view: { is: 'unknown', why },
    doubts: 0,
    awaitsHost: true,
    ...(host.is === 'serves' && { host: host.id }),
  };
}

/** Where a store stands, as a look at AWS says. */
export type HostSeen =
  | { readonly is: 'serves'; readonly id: string }
  /** There is none that serves: it is being launched, or on its way out. */
  | { readonly is: 'none' }
  /** AWS did not say. */
  | { readonly is: 'unseen' }
  /** On none of ours. */
  | { readonly is: 'external' };

/** What a database needs beside its data to go on and to end in order: its journal, and what comes until the next look. */
const RESERVE_BYTES = 2 ** 30;
/** Of a smaller volume. */
const RESERVE_SHARE = 0.05;

/**
 * Whether a volume has so little room left that nothing more may be written: a database that finds none ends. Where events
 * were removed, as those that expire, others take their place in its files; what has no such place, as its journal, needs
 * half of the reserve.
 */
export function isFull({ totalBytes, usedBytes, reusableBytes = 0 }: Disk): boolean {
  const reserve = Math.min(RESERVE_BYTES, totalBytes * RESERVE_SHARE);
  const free = totalBytes - usedBytes;
  return free < reserve || free - reusableBytes < reserve / 2;
}

type Disk = NonNullable<(StoreProbe & { reachable: true })['disk']>;

/** Whether the store can take what is read; undefined: nothing is known that would change what is. */
export function allowsReading({ view, awaitsHost }: StoreBelief): boolean | undefined {
  const disk = reachableStore(view)?.disk;
  if (view.is === 'reachable') return !(disk && isFull(disk));
  return view.is === 'unreachable' || awaitsHost ? false : undefined;
}

/** Seconds until a store should be asked again that gives no reason to leave it alone for longer. */
const SOON = 1;
/** Of a store that has not answered yet: it is being made, or its function is hard to reach. */
const YOUNG = 4;
const LATER = 15;

/** Seconds until the next question: soon when in doubt, and the less often the longer there was no answer. */
export function askAgainAfter(
  { view, doubts, silentSince, answeredAt }: StoreBelief,
  now: number,
  lookSeconds: number,
): number {
  if (view.is === 'reachable' && doubts === 0) return lookSeconds;
  const silent = silentSince === undefined ? 0 : (now - silentSince) / 1000;
  const soonest = answeredAt === undefined ? YOUNG : SOON;
  return Math.min(LATER, lookSeconds, Math.max(soonest, silent / 4));
}
