import { join } from 'node:path';
import { runIsolated, whyNoNode } from '../../local/cluster/isolated.ts';
import { findClusterTools } from '../../local/cluster/tools.ts';
import { Processes } from '../../local/processes.ts';
import { preparePython } from '../../local/tools/python.ts';

/**
 * Installs the chart with its image in a real cluster, and lives through what a release lives through. Ends with the
 * line "install: N steps, N passed", and with 1 when a step failed or 3 when this machine can't run a node.
 */
const reason = whyNoNode();
if (reason !== undefined) {
  console.log(`install: not run: ${reason}`);
  process.exit(3);
}

// What takes the network is done before: inside there is none.
const processes = await Processes.open('.nami/install-tools', () => {});
try {
  await findClusterTools(processes, console.log);
  await preparePython(processes, console.log);
} finally {
  await processes.stop();
}
process.exitCode = await runIsolated(join(import.meta.dirname, 'inside.ts'));
