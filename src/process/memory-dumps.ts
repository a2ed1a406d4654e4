import { StartError } from '../start-error.ts';

/** Options of Node.js that write down what is in memory, secrets among it, or let another process read it. */
const DUMPING =
  /^--(abort-on-uncaught-exception|heap-?prof|heapsnapshot-(near-heap-limit|signal)|inspect(-brk|-wait|-port)?|report-(on-fatalerror|on-signal|uncaught-exception))$/;

/** Those of the options, as given or in NODE_OPTIONS, that would write memory down. (Node.js: command-line API.) */
export function dumpingOptions(execArgv: readonly string[], nodeOptions = ''): string[] {
  return [...execArgv, ...nodeOptions.split(/\s+/)]
    .map((option) => option.replace(/=.*/s, '').replaceAll('_', '-').replace(/^"|"$/g, ''))
    .filter((option) => DUMPING.test(option));
}

/** Running out of memory ends the operator, and leaves nothing behind that holds the secrets of all pipelines. */
export function refuseMemoryDumps(execArgv: readonly string[], nodeOptions: string | undefined): void {
  const options = dumpingOptions(execArgv, nodeOptions);
  if (options.length > 0) {
    throw new StartError(
      `${options.join(', ')} would write the secrets of all pipelines into a file or show them: take it out of NODE_OPTIONS or the command`,
    );
  }
}
