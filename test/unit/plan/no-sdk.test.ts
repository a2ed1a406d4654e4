import { build } from 'esbuild';
import { expect, test } from 'vitest';

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

  const own =
    /^(src\/(plan|api|senders)\/|src\/aws\/(graph\/graph|object\/(added-tags|gateway-name|owner|fingerprint|canonical))\.ts$|handlers\/contract\.ts$)/;
  const foreign = Object.keys(metafile.inputs).filter((path) => !own.test(path));
  expect(foreign).toEqual([]);
});
