import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Processes } from '../processes.ts';
import type { Progress } from '../progress.ts';
import { findBinaries, isExecutable } from './binaries.ts';
import { KUBERNETES_VERSION } from './versions.ts';

/** The kubectl on the PATH where it fits our API server, else the one that comes with it. */
export async function findKubectl(processes: Processes, progress: Progress): Promise<string> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  // What KUBEBUILDER_ASSETS names belongs together, and may be of another version than ours.
  const onPath = process.env.KUBEBUILDER_ASSETS
    ? undefined
    : folders.map((folder) => join(folder, 'kubectl')).find(isExecutable);
  if (onPath !== undefined) {
    const version = ['version', '--client', '-o', 'json'];
    // One that doesn't run is as good as none.
    const answer = await promisify(execFile)(onPath, version, { timeout: 10_000 }).catch(() => undefined);
    if (answer !== undefined && isWithinSkew(answer.stdout)) return onPath;
  }
  return (await findBinaries(['kubectl'], processes, progress)).kubectl;
}

/**
 * Kubernetes' version skew policy: "kubectl is supported within one minor version (older or newer) of
 * kube-apiserver." The argument is what `kubectl version --client -o json` prints.
 */
export function isWithinSkew(versionJson: string, server: string = KUBERNETES_VERSION): boolean {
  let version: unknown;
  try {
    version = JSON.parse(versionJson)?.clientVersion?.gitVersion;
  } catch {
    return false;
  }
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(String(version)) ?? [];
  const [serverMajor, serverMinor] = server.split('.');
  return major === serverMajor && Math.abs(Number(minor) - Number(serverMinor)) <= 1;
}
