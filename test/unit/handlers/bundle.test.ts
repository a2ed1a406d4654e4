import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildHandlers } from '../../../scripts/build-handlers.ts';

/** Outside of the project, where no `node_modules` is found. */
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nami-handlers-'));
});

afterEach(() => rm(directory, { recursive: true }));

test('both functions are one module each, the same bytes every time, and answer in plain Node', async () => {
  const bundles = await buildHandlers(directory);
  const first = await Promise.all(bundles.map(({ path }) => readFile(path)));
  expect(bundles.map(({ bytes }) => bytes)).toEqual(first.map(({ length }) => length));
  await buildHandlers(directory);
  for (const [index, { name, path }] of bundles.entries()) {
    expect(await readFile(path)).toEqual(first[index]);
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)});
      console.log(JSON.stringify(await handler({ nami: 'probe' })));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        cwd: directory,
        env: {},
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ nami: name, problems: expect.any(Array) });
  }
});
