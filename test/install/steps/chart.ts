import { CHART_FOLDER } from '../cluster.ts';
import type { Step } from '../step.ts';

export const CHART: readonly Step[] = [
  {
    name: 'the chart passes helm lint',
    async run(cluster) {
      await cluster.helm('lint', '--strict', CHART_FOLDER, '-f', cluster.values());
    },
  },
];
