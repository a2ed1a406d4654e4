import { join } from 'node:path';
import { runIsolated } from '../../local/cluster/isolated.ts';
import { findBaseDisk } from '../../local/machine/base-disk.ts';
import { whyNoMachine } from '../../local/machine/why-no-machine.ts';
import { Processes } from '../../local/processes.ts';
import { findBinaries } from '../../local/tools/binaries.ts';
import { preparePython } from '../../local/tools/python.ts';
import { CONTROL_PLANE } from './control-host.ts';

/**
 * Boots a machine of 1 GiB and one processor, makes it a control host with the script that users run, and lets it look after
 * pipelines. Ends with the line "control host: N steps, N passed", and with 1 when a step failed or 3 when this machine
 * can't boot another.
 */
const reason = whyNoMachine();
if (reason !== undefined) {
  console.log(`control host: not run: ${reason}`);
  process.exit(3);
}

// What takes the network is done before: inside there is none.
const processes = await Processes.open('.nami/control-host-tools', () => {});
try {
  await findBaseDisk(processes, console.log);
  await findBinaries(CONTROL_PLANE, processes, console.log);
  await preparePython(processes, console.log);
} finally {
  await processes.stop();
}
process.exitCode = await runIsolated(join(import.meta.dirname, 'inside.ts'));
