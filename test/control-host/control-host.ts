import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS } from '../../local/cluster/address.ts';
import { secantusDatabases } from '../../local/database.ts';
import { findBaseDisk } from '../../local/machine/base-disk.ts';
import { bootMachine, type Machine } from '../../local/machine/machine.ts';
import type { Provider, ProviderContext } from '../../local/provider.ts';
import { findBinaries } from '../../local/tools/binaries.ts';
import { buildHostBundle } from '../../scripts/host/bundle.ts';
import { eventually } from '../user.ts';

/** The programs of the plain control plane, as the script wants them. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

const MEMORY_MIB = 1024;
const PORT = 6443;
/** Emulated by software, the machine takes about twenty times as long for everything. */
const PATIENCE_SECONDS = 3600;

/** A stack's control plane on a machine that the installation script has made a control host. */
export class ControlHost implements Provider {
  readonly startDatabase: Provider['startDatabase'];
  readonly #context: ProviderContext;
  #machine: Machine | undefined;
  #boots = 0;

  constructor(context: ProviderContext) {
    this.#context = context;
    this.startDatabase = secantusDatabases(context.programs, context.processes);
  }

  async startControlPlane(): Promise<string> {
    await this.#writePayload();
    await this.boot();
    const encoded = await this.said(/^.*admin\.kubeconfig: (\S+)\s*$/m);
    const kubeconfig = join(this.#context.folder, 'kubeconfig');
    const content = Buffer.from(encoded, 'base64').toString();
    writeFileSync(kubeconfig, content.replace('127.0.0.1', ADDRESS), { mode: 0o600 });
    return kubeconfig;
  }

  /** The stack ends its processes itself. */
  async stop(): Promise<void> {}

  /** Ends the machine as a power cut does. */
  async cutPower(): Promise<void> {
    await this.#machine?.process.kill();
  }

  /** Boots the machine, which then runs the script once more. */
  async boot(): Promise<void> {
    const { folder, processes, progress } = this.#context;
    this.#boots += 1;
    this.#machine = await bootMachine(
      {
        name: `control-host-${this.#boots}`,
        folder: join(folder, 'machine'),
        base: await findBaseDisk(processes, progress),
        memoryMiB: MEMORY_MIB,
        processors: 1,
        payload: join(folder, 'payload'),
        forwarded: [{ address: ADDRESS, port: PORT, to: PORT }],
      },
      processes,
    );
  }

  /** Waits until the machine says something on its console, and answers the last part of it in brackets. */
  async said(pattern: RegExp): Promise<string> {
    const machine = this.#machine;
    if (machine === undefined) throw new TypeError('the machine has not been booted');
    return await eventually(
      `the machine says ${pattern}`,
      async () => {
        const console = machine.console();
        const failed = /payload: ended with (\d+)/.exec(console);
        if (failed !== null || !machine.process.isRunning)
          throw new Error(`the machine ended its work early:\n${console.slice(-3000)}`);
        return [...console.matchAll(new RegExp(pattern, 'gm'))].at(-1)?.[1];
      },
      PATIENCE_SECONDS,
    );
  }

  async #writePayload(): Promise<void> {
    const { folder, processes, progress, environment } = this.#context;
    const payload = join(folder, 'payload');
    mkdirSync(join(payload, 'bin'), { recursive: true });
    const { name, archive } = await buildHostBundle();
    writeFileSync(join(payload, `${name}.tar.gz`), archive);
    const binaries = await findBinaries(CONTROL_PLANE, processes, progress);
    for (const program of CONTROL_PLANE) copyFileSync(binaries[program], join(payload, 'bin', program));
    writeFileSync(join(payload, 'run'), script(name, environment));
    chmodSync(join(payload, 'run'), 0o755);
  }
}

/** What the machine runs: what its user would, and then it tells every few seconds of its memory. */
function script(bundle: string, environment: Readonly<Record<string, string>>): string {
  const isSetting = ([name]: [string, string]) => name.startsWith('NAMI_') && name !== 'NAMI_PORT';
  const [settings, aws] = [
    Object.entries(environment).filter(isSetting),
    Object.entries(environment).filter(([name]) => name.startsWith('AWS_')),
  ];
  return `#!/bin/bash
set -eu
${aws.map(([name, value]) => `export ${name}='${value}'`).join('\n')}
cd /root
tar xzf /mnt/${bundle}.tar.gz
${bundle}/install.sh --region "$AWS_REGION" --control-plane plain --binaries /mnt/bin --address ${ADDRESS} \\
  ${settings.map(([name, value]) => `--set '${name}=${value}'`).join(' \\\n  ')}
echo "installed after $(cut -d' ' -f1 /proc/uptime) s"
echo "admin.kubeconfig: $(base64 -w0 /etc/nami/admin.kubeconfig)"
resident() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$(systemctl show --property MainPID --value "$1")/status"; }
while sleep 20; do
  available=$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  echo "memory: available $available MiB; resident: etcd $(resident nami-etcd), kube-apiserver $(resident nami-apiserver), kube-controller-manager $(resident nami-controllers), operator $(resident nami-operator) MiB; restarts $(systemctl show --property NRestarts --value nami-operator nami-apiserver nami-etcd nami-controllers | xargs)"
done
`;
}
