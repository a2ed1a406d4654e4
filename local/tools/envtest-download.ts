import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Processes } from '../processes.ts';
import { type Progress, withProgress } from '../progress.ts';
import { ARCHIVED, type Archived, KUBERNETES_VERSION } from './versions.ts';

/** The index that setup-envtest reads: for each Kubernetes version the archives, with address and SHA-512. */
const INDEX_URL =
  'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';
const INDEX_TIMEOUT_MILLISECONDS = 4_000;
const ARCHIVE_TIMEOUT_MILLISECONDS = 180_000;

const Index = z.object({
  releases: z.record(z.string(), z.record(z.string(), z.object({ hash: z.string(), selfLink: z.url() }))),
});

/**
 * Fetches kube-apiserver, etcd and kubectl and puts them where `target` says. Answers false where that can't be
 * done, for want of internet or of an archive for this machine: then they can still be built.
 */
export async function downloadBinaries(
  target: (binary: Archived) => string,
  processes: Processes,
  progress: Progress,
): Promise<boolean> {
  const folder = mkdtempSync(join(dirname(target('etcd')), 'download-'));
  try {
    const index = Index.parse(parse(await (await get(INDEX_URL, INDEX_TIMEOUT_MILLISECONDS)).text()));
    const archive = newestArchive(index.releases);
    if (archive === undefined) {
      progress(`no prebuilt Kubernetes ${minor(KUBERNETES_VERSION)} is offered for this machine`);
      return false;
    }
    const download = get(archive.selfLink, ARCHIVE_TIMEOUT_MILLISECONDS).then((response) => response.bytes());
    const bytes = await withProgress(progress, `downloading ${archive.name}`, download);
    if (createHash('sha512').update(bytes).digest('hex') !== archive.hash) {
      progress(`${archive.name} was downloaded, but its SHA-512 isn't the published one: not used`);
      return false;
    }
    writeFileSync(join(folder, archive.name), bytes);
    const args = ['-xzf', archive.name, '--strip-components=2'];
    await processes.run({ name: 'tar', command: 'tar', args, environment: process.env, cwd: folder });
    for (const binary of ARCHIVED) {
      chmodSync(join(folder, binary), 0o755);
      renameSync(join(folder, binary), target(binary));
    }
    return true;
  } catch (error) {
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    progress(
      `no prebuilt control plane can be downloaded (${reason instanceof Error ? reason.message : reason})`,
    );
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Not every patch release gets an archive: take the newest of our minor version. */
export function newestArchive(
  releases: z.infer<typeof Index>['releases'],
  platform: string = process.platform,
  architecture: string = process.arch,
): { name: string; hash: string; selfLink: string } | undefined {
  const suffix = `-${platform}-${architecture === 'x64' ? 'amd64' : architecture}.tar.gz`;
  return Object.entries(releases)
    .filter(([version]) => version.startsWith(`v${minor(KUBERNETES_VERSION)}.`) && /^v[\d.]+$/.test(version))
    .sort(([one], [other]) => Number(other.split('.')[2]) - Number(one.split('.')[2]))
    .flatMap(([, archives]) => Object.entries(archives).map(([name, archive]) => ({ name, ...archive })))
    .find(({ name }) => name.endsWith(suffix));
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

async function get(url: string, timeoutMilliseconds: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMilliseconds) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response;
}
