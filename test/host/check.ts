import { join } from 'node:path';
import { runIsolated, whyNoNode } from '../../local/cluster/isolated.ts';
import { findBaseDisk } from '../../local/machine/base-disk.ts';
import { whyNoMachine } from '../../local/machine/why-no-machine.ts';
import { Processes } from '../../local/processes.ts';
import { ADDITIONS } from './additions.ts';
import { findMongoImage } from './mongo-image.ts';

/**
 * Boots machines with the user data that the plan gives a store's host, takes from them what they need, and looks whether
 * every document that was acknowledged is there afterwards. Ends with the line "host: N scenarios, N passed, L documents
 * lost", and with 1 when a scenario failed or 3 when this machine can't boot another.
 */
const reason = whyNoMachine() ?? whyNoNode();
if (reason !== undefined) {
  console.log(`host: not run: ${reason}`);
  process.exit(3);
}

// What takes the network is done before: inside there is none.
const processes = await Processes.open('.nami/host-tools', () => {});
try {
  await findBaseDisk(processes, console.log, ADDITIONS);
  await findMongoImage(processes, console.log);
} finally {
  await processes.stop();
}
process.exitCode = await runIsolated(join(import.meta.dirname, 'inside.ts'), ...process.argv.slice(2));
