import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane } from '../../local/control-plane.ts';
import { established } from '../../local/crds.ts';
import { Processes } from '../../local/processes.ts';
import { findBinaries } from '../../local/tools/binaries.ts';
import { findKubectl } from '../../local/tools/kubectl.ts';

const silent = () => {};

/** A real API server that serves pipelines, without anything that looks after them, and the kubectl that fits it. */
export class ApiServer {
  /** For what a test writes; it goes with the server. */
  readonly folder: string;
  readonly processes: Processes;
  readonly kubeconfig: string;
  readonly #command: string;

  private constructor(folder: string, processes: Processes, kubeconfig: string, command: string) {
    this.folder = folder;
    this.processes = processes;
    this.kubeconfig = kubeconfig;
    this.#command = command;
  }

  static async start(): Promise<ApiServer> {
    const folder = mkdtempSync(join(tmpdir(), 'nami-api-server-'));
    const processes = await Processes.open(folder, silent);
    try {
      const binaries = await findBinaries(['etcd', 'kube-apiserver'], processes, silent);
      const command = await findKubectl(processes, silent);
      const { kubeconfig } = await startControlPlane(folder, binaries, processes);
      const server = new ApiServer(folder, processes, kubeconfig, command);
      await server.kubectl(['apply', '--server-side', '-f', 'crds']);
      await established((...args) => server.kubectl(args));
      return server;
    } catch (error) {
      await processes.stop();
      throw error;
    }
  }

  /** What kubectl prints, on either stream, whether it succeeds or not. `input`: an object, or text as it stands. */
  async kubectl(args: readonly string[], input?: object | string): Promise<string> {
    return (await this.run(args, input)).output;
  }

  /** The same, with the code that kubectl ends with. */
  run(args: readonly string[], input?: object | string): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      const child = execFile(
        this.#command,
        ['--kubeconfig', this.kubeconfig, ...args],
        { timeout: 30_000, maxBuffer: 2 ** 24 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : Number(error.code ?? 1);
          resolve({ code, output: `${stdout}${stderr}`.trim() });
        },
      );
      child.stdin?.on('error', silent);
      child.stdin?.end(typeof input === 'object' ? JSON.stringify(input) : input);
    });
  }

  async stop(): Promise<void> {
    await this.processes.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
