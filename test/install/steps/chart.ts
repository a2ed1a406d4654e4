import { CHART_FOLDER } from '../cluster.ts';
import type { Step } from '../step.ts';

/** What needs no installation. */
export const CHART: readonly Step[] = [
  {
    name: 'the chart passes helm lint',
    async run(cluster) {
      await cluster.helm('lint', '--strict', CHART_FOLDER, '-f', cluster.values());
    },
  },
  {
    name: 'the API server takes what the Kustomize base makes',
    async run(cluster) {
      // Its namespace must be there before what is in it is looked at.
      await cluster.kubectl('apply', '-f', 'deploy/kustomize/namespace.yaml');
      await cluster.kubectl('apply', '--server-side', '--dry-run=server', '-k', 'deploy/kustomize');
      await cluster.kubectl('delete', '-f', 'deploy/kustomize/namespace.yaml', '--timeout=60s');
    },
  },
];
