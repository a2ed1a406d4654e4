/**
 * SIGTERM and SIGINT, from the moment on that this file is loaded: it is to be the first. The kernel gives the first
 * process of a container no handlers of its own, and a signal that none waits for is lost.
 */

type End = (signal: NodeJS.Signals) => void;

/** While the operator starts, nothing is under way that has to come to an end. */
let end: End = () => process.exit(0);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(signal));

/** Has the process ended in this way from now on; the second signal ends it at once. */
export function onEnd(stop: End): void {
  end = (signal) => {
    end = () => process.exit(1);
    stop(signal);
  };
}
