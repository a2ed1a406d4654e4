/**
 * SIGTERM and SIGINT, from the moment on that this file is loaded: it is to be the first. The kernel gives the first
 * process of a container no handlers of its own, and a signal that none waits for is lost.
 */

type End = (signal: NodeJS.Signals) => void;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

// While the operator starts, nothing is under way that has to come to an end.
handle(() => process.exit(0));

/** Has the process ended in this way from now on; the second signal ends it at once. */
export function onEnd(stop: End): void {
  handle((signal) => {
    handle(() => process.exit(1));
    stop(signal);
  });
}

/** Instead of whatever handled them before, which may be another bundle's copy of this file. */
function handle(end: End): void {
  for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, end);
}
