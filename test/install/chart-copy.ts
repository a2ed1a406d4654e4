import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CHART_FOLDER, type Cluster } from './cluster.ts';

type Json = Record<string, unknown>;

/** A copy of the chart with one of its YAML files changed, as an older or a newer version has it. */
export function chartWith(
  { stack }: Cluster,
  name: string,
  file: 'values.yaml' | 'Chart.yaml' | 'files/nami.dev_webhookpipelines.yaml',
  change: (content: Json) => void,
): string {
  const folder = join(stack.folder, 'charts', name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(CHART_FOLDER, folder, { recursive: true });
  const content = parse(readFileSync(join(folder, file), 'utf8'));
  change(content);
  writeFileSync(join(folder, file), stringify(content));
  return folder;
}
