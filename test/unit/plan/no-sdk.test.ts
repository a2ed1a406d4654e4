import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Of dependency-cruiser: what the plan may know. */
interface Rules {
  readonly forbidden: readonly { readonly name: string; readonly to: { readonly pathNot?: string } }[];
}

test('a plan can be made without an SDK, a Kubernetes client or Node’s network', async () => {
  const { metafile } = await build({
    entryPoints: ['src/plan/plan.ts', 'src/plan/gateway.ts', 'src/plan/domains.ts', 'src/plan/network.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    metafile: true,
    write: false,
    outdir: 'unused',
  });

  const { forbidden } = JSON.parse(readFileSync('.dependency-cruiser.json', 'utf8')) as Rules;
  const { pathNot } = forbidden.find(({ name }) => name === 'plan-is-pure')?.to ?? {};
  const own = new RegExp(`${pathNot}|^handlers/contract\\.ts$`);
  const foreign = Object.keys(metafile.inputs).filter((path) => !own.test(path));
  expect(foreign).toEqual([]);
});
