import type { NodeOutcome } from '../../aws/graph/apply.ts';
import { isFull, type StoreBelief } from '../pipeline/store-belief.ts';
import type { Health } from './conditions.ts';

/** Events that wait, and events that could not be stored. */
export interface QueueView {
  readonly depth: number;
  readonly deadLetters: number;
}

const inMiB = (bytes: number) => `${Math.max(0, Math.floor(bytes / 2 ** 20))} MiB`;

/** Whoever refuses has answered: these are not of a host that is on its way. */
const isRefused = ({ view }: StoreBelief) =>
  view.is === 'unreachable' && (view.reason === 'AuthFailed' || view.reason === 'TlsFailed');

/** A probe's view of a pipeline that is built. The first thing that is wrong counts. Pure. */
export function healthOf(
  store: StoreBelief,
  queue: QueueView | undefined,
  volumeUsedPercent: number,
  refused: readonly NodeOutcome[],
  snapshotTrouble?: string,
  redriveTrouble?: string,
): Health {
  const { view, silentSince, awaitsHost, unheard } = store;
  if (awaitsHost && !isRefused(store)) {
    return {
      status: 'False',
      reason: 'HostStopped',
      message: `the queue is not read and keeps the events meanwhile: the host was stopped, ended or replaced, and is started or made anew by itself: ${view.is === 'reachable' ? '' : view.why}; see StoreReady if this lasts`,
    };
  }
  if (view.is === 'unknown') {
    const reason = silentSince === undefined ? 'NotProbed' : 'ProbeFailed';
    return { status: 'Unknown', reason, message: view.why };
  }
  if (view.is === 'unreachable') {
    return {
      status: 'False',
      reason: view.reason ?? 'StoreUnreachable',
      message: `the queue is not read and keeps the events meanwhile: ${view.why}`,
    };
  }
  const { store: answer } = view.probe;
  if (answer.reachable && answer.objection !== undefined) {
    return { status: 'False', reason: 'StoreObjects', message: answer.objection };
  }
  const disk = answer.reachable ? answer.disk : undefined;
  if (disk && isFull(disk)) {
    return {
      status: 'False',
      reason: 'VolumeFull',
      message: `the queue is not read and keeps the events meanwhile: ${inMiB(disk.totalBytes - disk.usedBytes)} of ${inMiB(disk.totalBytes)} are free on the volume, and MongoDB ends when it finds none: raise store.managed.volume.sizeGiB; it is read again once the volume has grown, or enough events have expired (store.ttlDays)`,
    };
  }
  if (queue && queue.deadLetters > 0) {
    return {
      status: 'False',
      reason: 'DeadLetters',
      message:
        redriveTrouble === undefined
          ? `${queue.deadLetters} events could not be stored, or own code failed for them, and wait in the dead-letter queue: read the logs of the post-queue function, then redrive the queue`
          : `${queue.deadLetters} events wait in the dead-letter queue since an outage of the store, and can't be moved back, which is tried again: ${redriveTrouble}`,
    };
  }
  if (unheard !== undefined) return { status: 'Unknown', reason: 'ProbeFailed', message: unheard };
  const used = disk && Math.round((disk.usedBytes / disk.totalBytes) * 100);
  if (used !== undefined && used >= volumeUsedPercent) {
    return {
      status: 'False',
      reason: 'VolumeFilling',
      message: `${used} % of the volume is used: raise store.managed.volume.sizeGiB or set store.ttlDays`,
    };
  }
  if (snapshotTrouble !== undefined)
    return { status: 'False', reason: 'SnapshotFailed', message: snapshotTrouble };
  const [first] = refused;
  if (first) return { status: 'False', reason: first.reason ?? 'Refused', message: first.message ?? '' };
  return { status: 'True', reason: 'Healthy', message: '' };
}
