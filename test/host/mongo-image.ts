import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
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
/** Of local/requirements.txt, what SecantusDB runs with as mongod.py starts it. */
const PYTHON_PACKAGES = /^(SecantusDB|pymongo|dnspython|python-dateutil|six|s2sphere|future)==/;
/** Of Debian's, what Python and those run with: the less an image holds, the sooner an emulated machine has it. */
const DEBIAN_PACKAGES =
  /^(python3-minimal|python3\.\d+-minimal|libpython3\.\d+-(minimal|stdlib)|libc6|libgcc-s1|libstdc\+\+6|libssl3\w*|libffi8|libbz2-1\.0|liblzma5|libuuid1|libexpat1|libcrypt1|zlib1g)_/;
const SITE = 'usr/lib/python3/dist-packages';
const NOT_NEEDED = ['usr/share', 'usr/lib/*/gconv', `${SITE}/**/tests`];
const MEDIA = 'application/vnd.docker';

const digestOf = (content: Buffer | string) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Makes an image that speaks MongoDB's protocol, of Debian's Python and SecantusDB, once. */
export async function findMongoImage(processes: Processes, progress: Progress): Promise<StoredImage> {
  const { suite, mirror } = sourceOfPackages();
  const requirements = readFileSync(join(LOCAL, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => PYTHON_PACKAGES.test(line));
  const recipe = digestOf(
    [
      suite,
      String(DEBIAN_PACKAGES),
      ...NOT_NEEDED,
      ...requirements,
      ...PROGRAMS.map((file) => readFileSync(file, 'utf8')),
    ].join('\n'),
  );
  const target = join(cacheFolder(), `mongo-image-${recipe.slice(7, 19)}`);
  makeFolder(cacheFolder());
  await withLock(`${target}.lock`, progress, async () => {
    if (existsSync(target)) return;
    const folder = `${target}.part`;
    rmSync(folder, { recursive: true, force: true });
    const [all, root, blobs] = ['all', 'root', 'blobs'].map((each) => join(folder, each)) as [
      string,
      string,
      string,
    ];
    for (const each of [all, root, blobs]) mkdirSync(each, { recursive: true });
    const layerFile = join(folder, 'layer.tar');
    const run = (command: string, ...args: string[]) =>
      processes.run({ name: 'mongo-image', command, args, environment: process.env });
    const made = async () => {
      await run(
        'debootstrap',
        '--download-only',
        '--variant=minbase',
        '--include=python3',
        suite,
        all,
        mirror,
      );
      for (const file of globSync('var/cache/apt/archives/*.deb', { cwd: all }))
        if (DEBIAN_PACKAGES.test(basename(file))) await run('dpkg-deb', '-x', join(all, file), root);
      // In some releases a package lays its libraries there by itself.
      for (const each of ['lib', 'lib64'])
        if (!existsSync(join(root, each))) symlinkSync(`usr/${each}`, join(root, each));
      const [python = ''] = globSync('usr/bin/python3.*', { cwd: root });
      const pip = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--no-compile',
      ];
      const where = ['--only-binary=:all:', '--python-version', basename(python).slice('python'.length)];
      await run('python3', ...pip, ...where, '--target', join(root, SITE), ...requirements);
      for (const file of PROGRAMS) copyFileSync(file, join(root, basename(file)));
      for (const each of NOT_NEEDED)
        for (const path of globSync(each, { cwd: root })) rmSync(join(root, path), { recursive: true });
      // Else every container would compile it all again, which takes minutes on an emulated processor.
      await run('chroot', root, `/${python}`, '-m', 'compileall', '-q', '/usr/lib', '/database.py');
      await run('tar', '--create', '--numeric-owner', '--file', layerFile, '--directory', root, '.');
    };
    await withProgress(progress, 'making an image of a database', made());
    const store = (content: Buffer | string) => {
      const digest = digestOf(content);
      writeFileSync(join(blobs, digest), content);
      return { digest, size: Buffer.byteLength(content) };
    };
    const tar = readFileSync(layerFile);
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
