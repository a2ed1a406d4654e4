import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dumpingOptions } from '../../../src/process/memory-dumps.ts';

test.each([
  [['--heapsnapshot-near-heap-limit=3'], '', ['--heapsnapshot-near-heap-limit']],
  [[], '--max-old-space-size=200 --report-on-fatalerror', ['--report-on-fatalerror']],
  [[], '--report_uncaught_exception', ['--report-uncaught-exception']],
  [['--inspect=0.0.0.0:9229'], '', ['--inspect']],
  [
    ['--abort-on-uncaught-exception'],
    '--heapsnapshot-signal=SIGUSR2',
    ['--abort-on-uncaught-exception', '--heapsnapshot-signal'],
  ],
  [['--max-old-space-size=200'], '--enable-source-maps', []],
])(
  'of the options %j and NODE_OPTIONS "%s" these write memory down: %j',
  (execArgv, nodeOptions, dumping) => {
    expect(dumpingOptions(execArgv, nodeOptions)).toEqual(dumping);
  },
);

test('the operator does not start where running out of memory would leave a snapshot', async () => {
  const env = {
    ...process.env,
    AWS_REGION: 'eu-central-1',
    NODE_OPTIONS: '--heapsnapshot-near-heap-limit=1',
  };
  const started = promisify(execFile)('node_modules/.bin/node', ['src/main.ts'], { env, timeout: 28_000 });
  await expect(started).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^nami-operator: --heapsnapshot-near-heap-limit would write the secrets/m),
  });
});

test.each(['Dockerfile', 'scripts/image/build.ts', 'deploy/helm/nami-operator/templates/deployment.yaml'])(
  '%s gives Node.js no option that writes memory down',
  (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(
      /heapsnapshot|heap-prof|report-on|--inspect|abort-on-uncaught/,
    );
  },
);
