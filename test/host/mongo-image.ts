import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sourceOfPackages } from '../../local/machine/base-disk.ts';
import type { Processes } from '../../local/processes.ts';
import { type Progress, withProgress } from '../../local/progress.ts';
import { cacheFolder, makeFolder, withLock } from '../../local/tools/cache.ts';

/** An image as a registry holds it: its blobs are files that bear their digests as names. */
export interface StoredImage {
  readonly folder: string;
  /** Digest of the manifest, which is a blob as well. */
  readonly manifest: string;
}

const LOCAL = join(import.meta.dirname, '../../local');
const PROGRAMS = [join(import.meta.dirname, 'mongod.py'), join(LOCAL, 'database.py')];
/** Of local/requirements.txt, what SecantusDB runs with. */
const PYTHON_PACKAGES =
  /^(SecantusDB|pymongo|dnspython|python-dateutil|six|s2sphere|future|shapely|numpy|cryptography|cffi|pycparser)==/;
const MEDIA = 'application/vnd.docker';

const digestOf = (content: Buffer | string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Makes an image that speaks MongoDB's protocol, of Debian's Python and SecantusDB, once. */
export async function findMongoImage(processes: Processes, progress: Progress): Promise<StoredImage> {
  const { suite, mirror } = sourceOfPackages();
  const requirements = readFileSync(join(LOCAL, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => PYTHON_PACKAGES.test(line));
  const recipe = digestOf(
    [suite, ...requirements, ...PROGRAMS.map((file) => readFileSync(file, 'utf8'))].join('\n'),
  );
  const target = join(cacheFolder(), `mongo-image-${recipe.slice(7, 19)}`);
  makeFolder(cacheFolder());
  await withLock(`${target}.lock`, progress, async () => {
    if (existsSync(target)) return;
    const folder = `${target}.part`;
    rmSync(folder, { recursive: true, force: true });
    const [root, blobs] = [join(folder, 'root'), join(folder, 'blobs')];
    for (const each of [root, blobs]) mkdirSync(each, { recursive: true });
    const run = (command: string, ...args: string[]) =>
      processes.run({ name: 'mongo-image', command, args, environment: process.env });
    const made = async () => {
      // The first half of it unpacks what every Debian has, and lays the rest beside it.
      await run('debootstrap', '--foreign', '--variant=minbase', '--include=python3', suite, root, mirror);
      for (const file of globSync('var/cache/apt/archives/*python3*.deb', { cwd: root }))
        await run('dpkg-deb', '-x', join(root, file), root);
      for (const file of globSync('var/cache/apt/archives/*.deb', { cwd: root }))
        if (!file.includes('python3')) await run('dpkg-deb', '-x', join(root, file), root);
      const version = globSync('usr/lib/python3.*', { cwd: root })[0]?.split('python')[1] ?? '';
      const site = join(root, 'usr/lib/python3/dist-packages');
      const pip = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--no-compile',
      ];
      await run(
        'python3',
        ...pip,
        '--only-binary=:all:',
        '--python-version',
        version,
        '--target',
        site,
        ...requirements,
      );
      for (const file of PROGRAMS) copyFileSync(file, join(root, file.split('/').at(-1) ?? ''));
      for (const each of [
        'var/cache',
        'var/lib',
        'usr/share',
        'debootstrap',
        'usr/lib/python3/dist-packages/numpy/tests',
      ])
        rmSync(join(root, each), { recursive: true, force: true });
      await run(
        'tar',
        '--create',
        '--numeric-owner',
        '--file',
        join(folder, 'layer.tar'),
        '--directory',
        root,
        '.',
      );
    };
    await withProgress(progress, 'making an image of a database', made());
    const store = (content: Buffer | string) => {
      const digest = digestOf(content);
      writeFileSync(join(blobs, digest), content);
      return { digest, size: Buffer.byteLength(content) };
    };
    const tar = readFileSync(join(folder, 'layer.tar'));
    const layer = store(gzipSync(tar, { level: 1 }));
    const config = store(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: {
          Entrypoint: ['/usr/bin/python3', '/mongod.py'],
          Env: ['PATH=/usr/bin', 'PYTHONUNBUFFERED=1', 'MONGO_VERSION=8.0.0'],
        },
        rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
        history: [{}],
      }),
    );
    const { digest } = store(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${MEDIA}.distribution.manifest.v2+json`,
        config: { mediaType: `${MEDIA}.container.image.v1+json`, ...config },
        layers: [{ mediaType: `${MEDIA}.image.rootfs.diff.tar.gzip`, ...layer }],
      }),
    );
    writeFileSync(join(blobs, 'manifest'), digest);
    renameSync(blobs, target);
    rmSync(folder, { recursive: true });
  });
  return { folder: target, manifest: readFileSync(join(target, 'manifest'), 'utf8') };
}
