import { rmSync } from 'node:fs';
import { prepareMachine } from '../../local/cluster/machine.ts';
import { runSteps } from '../run-steps.ts';
import { startCluster } from './cluster.ts';
import type { Step } from './step.ts';
import { CHART } from './steps/chart.ts';
import { FIRST_INSTALLATION } from './steps/first-installation.ts';
import { LIFE } from './steps/life.ts';
import { NAMESPACES } from './steps/namespaces.ts';
import { RIGHTS } from './steps/rights.ts';
import { TWO_REPLICAS } from './steps/two-replicas.ts';
import { UNINSTALL } from './steps/uninstall.ts';

/** Whoever started this has gone: so does this, and with it all that it started. */
process.stdin.once('end', () => process.exit(1)).resume();

const folder = '.nami/install';
rmSync(folder, { recursive: true, force: true });
prepareMachine(folder);
const cluster = await startCluster(folder, (line) => console.log(`  ${line}`));

const steps: readonly Step[] = [
  ...CHART,
  ...FIRST_INSTALLATION,
  ...LIFE,
  ...TWO_REPLICAS,
  ...UNINSTALL,
  ...NAMESPACES,
  // Last, for it looks at all that was asked for.
  ...RIGHTS,
];
const isWell = await runSteps('install', steps, cluster, {
  onFailure: () => cluster.describe(),
  end: () => cluster.stack.stop(),
});
process.exit(isWell ? 0 : 1);
