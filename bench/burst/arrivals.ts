import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MILLISECONDS = 5;

/**
 * Open loop: senders don't wait for one another's answers. Calls `send` at the asked rate with the moment at which the
 * request was due, so that a wait of this program counts as one of the sender's. Resolves when the last is sent.
 */
export async function arrive(
  rate: number,
  seconds: number,
  send: (dueMilliseconds: number) => void,
): Promise<void> {
  const begin = performance.now();
  const count = Math.round(rate * seconds);
  for (let sent = 0; sent < count; await sleep(TICK_MILLISECONDS)) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) / 1000) * rate));
    for (; sent < due; sent++) send(begin + (sent / rate) * 1000);
  }
}
