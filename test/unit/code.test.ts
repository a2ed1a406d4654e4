import { createHash } from 'node:crypto';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { codeLibrary, type FileBeside } from '../../src/code.ts';

const BUNDLES = {
  'pre-queue': Buffer.from('the one'),
  'pre-queue-certified': Buffer.from('the one, certified'),
  'post-queue': Buffer.from('the other'),
};
const moduleOf = (text: string): FileBeside & { read: ReturnType<typeof vi.fn> } => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  read: vi.fn(async () => Buffer.from(text)),
});
const contents = (zip: Uint8Array) =>
  Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]));

test('built-in code is one file, and each file of the user’s own another', async () => {
  const library = codeLibrary(BUNDLES);
  const plain = await library.packageOf('pre-queue');
  const own = await library.packageOf('post-queue', { 'code.mjs': moduleOf('export …') });
  const certificates = moduleOf('-----BEGIN …');
  const both = await library.packageOf('post-queue', {
    'store-ca.pem': certificates,
    'code.mjs': moduleOf('a'),
  });
  expect(contents(await both.zip())).toEqual({
    'index.mjs': 'the other',
    'code.mjs': 'a',
    'store-ca.pem': '-----BEGIN …',
  });
  expect(contents(await plain.zip())).toEqual({ 'index.mjs': 'the one' });
  expect(contents(await own.zip())).toEqual({ 'index.mjs': 'the other', 'code.mjs': 'export …' });
});

test('the sum is that of the zip, and the same for the same code at any time', async () => {
  for (const own of [undefined, moduleOf('a')]) {
    const made = await codeLibrary(BUNDLES).packageOf('pre-queue', { 'code.mjs': own });
    expect(made.sha256).toBe(
      createHash('sha256')
        .update(await made.zip())
        .digest('base64'),
    );
    expect((await codeLibrary(BUNDLES).packageOf('pre-queue', { 'code.mjs': own })).sha256).toBe(made.sha256);
  }
});

test('each function, bundle and module makes another sum', async () => {
  const library = codeLibrary(BUNDLES);
  const newer = codeLibrary({ ...BUNDLES, 'pre-queue': Buffer.from('the one, newer') });
  const packages = await Promise.all([
    library.packageOf('pre-queue'),
    library.packageOf('post-queue'),
    library.packageOf('pre-queue', { 'code.mjs': moduleOf('a') }),
    library.packageOf('pre-queue', { 'code.mjs': moduleOf('b') }),
    library.packageOf('post-queue', { 'code.mjs': moduleOf('a') }),
    library.packageOf('post-queue', { 'store-ca.pem': moduleOf('a') }),
    library.packageOf('post-queue', { 'store-ca.pem': moduleOf('b') }),
    library.packageOf('post-queue', { 'store-ca.pem': moduleOf('a'), 'code.mjs': moduleOf('a') }),
    newer.packageOf('pre-queue', { 'code.mjs': moduleOf('a') }),
  ]);
  expect(new Set(packages.map(({ sha256 }) => sha256)).size).toBe(packages.length);
});

test('a module that is known by its sum is not read until its zip is asked for', async () => {
  const library = codeLibrary(BUNDLES);
  await library.packageOf('pre-queue', { 'code.mjs': moduleOf('a') });
  const again = moduleOf('a');
  const known = await library.packageOf('pre-queue', { 'code.mjs': again });
  expect(again.read).not.toHaveBeenCalled();
  await known.zip();
  expect(again.read).toHaveBeenCalledOnce();
});
