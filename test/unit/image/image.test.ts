import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, type Header } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { archiveOf } from '../../../scripts/image/archive.ts';
import { type Entry, layerOf } from '../../../scripts/image/layer.ts';
import { readLdd } from '../../../scripts/image/linked-files.ts';

const ENTRIES: Entry[] = [
  { path: 'usr/bin/run', bytes: Buffer.from('#!'), isExecutable: true },
  { path: 'app/notes', bytes: Buffer.from('read me') },
  { path: 'usr/lib', linksTo: 'lib64' },
];

async function contentsOf(tar: Buffer): Promise<(Header & { bytes: Buffer })[]> {
  const found = [];
  for await (const entry of Readable.from([tar]).pipe(extract()))
    found.push({ ...entry.header, bytes: await buffer(entry) });
  return found;
}

const imageOf = async (entries: readonly Entry[], reference = 'nami-operator:1') =>
  await archiveOf({
    reference,
    architecture: 'amd64',
    layers: [await layerOf(entries)],
    config: { User: '65532:65532' },
  });

test('the same files give the same image, in whatever order and at whatever time they are found', async () => {
  const first = await imageOf(ENTRIES);
  const second = await imageOf(ENTRIES.toReversed());
  expect(second.digest).toBe(first.digest);
  expect(second.tar.equals(first.tar)).toBe(true);
});

test('another byte gives another image', async () => {
  const other = [...ENTRIES.slice(1), { path: 'usr/bin/run', bytes: Buffer.from('#?'), isExecutable: true }];
  expect((await imageOf(other)).digest).not.toBe((await imageOf(ENTRIES)).digest);
});

test('a layer holds each folder before what is in it, all of root and of no time', async () => {
  const contents = await contentsOf((await layerOf(ENTRIES)).tar);
  expect(contents.map(({ name, mode, type }) => `${name} ${mode?.toString(8)} ${type}`)).toEqual([
    'app 755 directory',
    'usr 755 directory',
    'usr/bin 755 directory',
    'app/notes 644 file',
    'usr/bin/run 755 file',
    'usr/lib 777 symlink',
  ]);
  for (const { uid, gid, mtime } of contents) expect([uid, gid, mtime?.getTime()]).toEqual([0, 0, 0]);
});

test('an archive is an OCI layout and what docker loads, and every digest in it holds', async () => {
  const { tar, digest } = await imageOf(ENTRIES);
  const files = new Map((await contentsOf(tar)).map(({ name, bytes }) => [name, bytes]));
  const read = (name: string) => JSON.parse(files.get(name)?.toString() ?? '');
  for (const [name, bytes] of files) {
    if (/^blobs\/sha256\/./.test(name))
      expect(name.slice('blobs/sha256/'.length)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }

  const [described] = read('index.json').manifests;
  expect(described.digest).toBe(digest);
  expect(described.annotations['io.containerd.image.name']).toBe('docker.io/library/nami-operator:1');
  const manifest = read(`blobs/${digest.replace(':', '/')}`);
  const [forDocker] = read('manifest.json');
  expect(forDocker.RepoTags).toEqual(['nami-operator:1']);
  expect(forDocker.Config).toBe(`blobs/${manifest.config.digest.replace(':', '/')}`);
  expect(read(forDocker.Config).rootfs.diff_ids).toEqual(
    manifest.layers.map((layer: { digest: string }) => layer.digest),
  );
});

test.each([
  ['nami-operator:1', 'docker.io/library/nami-operator:1'],
  ['acme/nami-operator:1', 'docker.io/acme/nami-operator:1'],
  ['registry.example.com/nami-operator:1', 'registry.example.com/nami-operator:1'],
  ['localhost:5000/nami-operator:1', 'localhost:5000/nami-operator:1'],
])('%s is known to Kubernetes as %s', async (reference, full) => {
  const { tar } = await imageOf(ENTRIES, reference);
  const index = (await contentsOf(tar)).find(({ name }) => name === 'index.json');
  const [described] = JSON.parse(index?.bytes.toString() ?? '').manifests;
  expect(described.annotations['io.containerd.image.name']).toBe(full);
});

describe('what a program links to', () => {
  const LDD = `	linux-vdso.so.1 (0x00007f92217f3000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f922121e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f92217f5000)
`;
  const VERSION = 'ldd (Debian GLIBC 2.36-9+deb12u10) 2.36\nCopyright (C) 2022 …\n';

  test('is its libraries and the loader, and not what the kernel brings', () => {
    expect(readLdd(LDD, VERSION)).toEqual({
      version: 36,
      files: ['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2'],
    });
  });

  test('and a library that is not there is named', () => {
    expect(() => readLdd('\tlibatomic.so.1 => not found\n', VERSION)).toThrow(/libatomic\.so\.1/);
  });
});
