import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { parseAllDocuments, stringify } from 'yaml';
import { ETCD_VERSION, KUBERNETES_VERSION } from '../../local/tools/versions.ts';
import { application } from '../image/application.ts';
import { type Entry, layerOf } from '../image/layer.ts';

/** Writes what a machine needs to become a control host: the script that installs it, and all that this installs. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What a machine calls itself (`uname -m`), and what images and releases call it, by Node.js's name. */
const ARCHITECTURES: Readonly<Record<string, { readonly machine: string; readonly name: string }>> = {
  x64: { machine: 'x86_64', name: 'amd64' },
  arm64: { machine: 'aarch64', name: 'arm64' },
};

/** Of the Kustomize base, which is what the chart renders, all but what runs the operator in a pod. */
const OF_PODS: ReadonlySet<string> = new Set(['Deployment']);
const NAMESPACE = 'nami-system';
const ACCOUNT = 'nami-operator';

export interface HostBundle {
  /** Also the name of the one folder in it. */
  readonly name: string;
  /** A tar, compressed by gzip; the same files give the same bytes. */
  readonly archive: Buffer;
}

export async function buildHostBundle(): Promise<HostBundle> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined)
    throw new Error(`there is no bundle for ${process.arch}: x64 and arm64 alone`);
  const name = `nami-host-${version}-${architecture.name}`;
  const versions = {
    MACHINE: architecture.machine,
    ARCHITECTURE: architecture.name,
    KUBERNETES_VERSION,
    ETCD_VERSION,
  };
  const entries: Entry[] = [
    { path: 'install.sh', bytes: read('deploy/host/install.sh'), isExecutable: true },
    { path: 'README.md', bytes: read('deploy/host/README.md') },
    { path: 'LICENSE', bytes: read('LICENSE') },
    { path: 'versions.env', bytes: text(Object.entries(versions).map((pair) => pair.join('='))) },
    {
      path: 'rbac.yaml',
      bytes: Buffer.from(
        objects()
          .map((object) => stringify(object))
          .join('---\n'),
      ),
    },
    { path: 'node', bytes: read('node_modules/node/bin/node'), isExecutable: true },
    ...folder('deploy/host/units', 'units'),
    ...folder('crds', 'crds'),
    ...(await application()),
  ];
  const { tar } = await layerOf(entries.map((entry) => ({ ...entry, path: join(name, entry.path) })));
  return { name, archive: gzipSync(tar) };
}

/** Outside of a pod nobody hands the operator the token of its account: a Secret holds one that does not expire. */
function objects(): unknown[] {
  const token = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: {
      name: `${ACCOUNT}-token`,
      namespace: NAMESPACE,
      annotations: { 'kubernetes.io/service-account.name': ACCOUNT },
    },
  };
  const files = ['deploy/kustomize/namespace.yaml', 'deploy/kustomize/operator.yaml'];
  const base = files.flatMap((file) => parseAllDocuments(String(read(file))));
  return [...base.map((document) => document.toJS()).filter(({ kind }) => !OF_PODS.has(kind)), token];
}

const read = (path: string): Buffer => readFileSync(join(root, path));

const text = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

const folder = (path: string, target: string): Entry[] =>
  globSync('*', { cwd: join(root, path) }).map((file) => ({
    path: join(target, basename(file)),
    bytes: read(join(path, file)),
  }));

if (import.meta.main) {
  const { values } = parseArgs({ options: { output: { type: 'string' } } });
  const { name, archive } = await buildHostBundle();
  const output = values.output ?? join(root, '.nami/host', `${name}.tar.gz`);
  mkdirSync(join(output, '..'), { recursive: true });
  writeFileSync(output, archive);
  console.log(`${(archive.length / 1024 / 1024).toFixed(1)} MiB  ${relative(process.cwd(), output)}`);
}
