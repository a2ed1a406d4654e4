/**
 * SIGTERM and SIGINT, from the moment on that this file is loaded: it is to be the first. The kernel gives the first
 * process of a container no handlers of its own, and a signal that none waits for is lost.
 */

type End = (signal: NodeJS.Signals) => void;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Held by the process: a program that is bundled in two parts has two copies of this file. */
const ENDING = Symbol.for('nami.dev/ending');

const ending = held();

/** Has the process ended in this way from now on; the second signal ends it at once. */
export function onEnd(stop: End): void {
  ending.end = (signal) => {
    ending.end = () => process.exit(1);
    stop(signal);
  };
}

/** Listeners stay for good: to take one off would lose a signal that came and was not told yet. */
function held(): { end: End } {
  const holder = process as typeof process & { [ENDING]?: { end: End } };
  if (holder[ENDING]) return holder[ENDING];
  // While the operator starts, nothing is under way that has to come to an end.
  const begun: { end: End } = { end: () => process.exit(0) };
  for (const signal of SIGNALS) process.on(signal, () => begun.end(signal));
  holder[ENDING] = begun;
  return begun;
}
