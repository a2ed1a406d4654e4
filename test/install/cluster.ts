import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADDRESS } from '../../local/cluster/address.ts';
import { type ClusterProvider, clusterProvider } from '../../local/cluster/cluster-provider.ts';
import { findClusterTools } from '../../local/cluster/tools.ts';
import type { Progress } from '../../local/progress.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { SETTINGS, type Setting } from '../../src/config.ts';
import { merged, type Values } from '../merged.ts';
import { eventually, User } from '../user.ts';

const run = promisify(execFile);

export const CHART_FOLDER = 'deploy/helm/nami-operator';
/** Settings of an operator that is a process of this machine, and none of the chart's business. */
const OF_PROCESSES: ReadonlySet<string> = new Set(['NAMI_PORT']);
/** The Secret with the operator's keys for AWS. */
export const KEYS = 'aws-keys';

/** The cluster with its node, as who administers it and who uses it speak to it. */
export class Cluster extends User {
  readonly provider: ClusterProvider;
  /** When which namespace's release was uninstalled, in milliseconds since the epoch. */
  readonly uninstalls: { readonly namespace: string; readonly at: number }[] = [];
  readonly #helm: string;
  #files = 0;

  constructor(stack: LocalStack, provider: ClusterProvider, helm: string) {
    super(stack);
    this.provider = provider;
    this.#helm = helm;
  }

  async helm(...args: string[]): Promise<string> {
    const home = join(this.stack.folder, 'helm');
    const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: this.stack.kubeconfig };
    try {
      const { stdout, stderr } = await run(this.#helm, args, { env, maxBuffer: 16 * 1024 * 1024 });
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`, { cause: error });
    }
  }

  /** Upgrades the release, with these values over those of this stack. */
  async upgrade(more: Values = {}, chart: string = CHART_FOLDER): Promise<string> {
    return await this.helm(...UPGRADE, chart, '-f', this.values(more));
  }

  async uninstall(namespace: string = RELEASE.namespace, ...more: string[]): Promise<string> {
    this.uninstalls.push({ namespace, at: Date.now() });
    return await this.helm('uninstall', RELEASE.name, '-n', namespace, '--wait', ...more);
  }

  /** A file with what the operator must be told of this stack, and with further values over it. */
  values(more: Values = {}): string {
    const values: Record<string, Record<string, unknown>> = {
      image: { pullPolicy: 'Never' },
      aws: { credentials: { secretName: KEYS } },
    };
    for (const setting of Object.values(SETTINGS).filter(isSetting)) {
      if (OF_PROCESSES.has(setting.variable)) continue;
      const given = this.stack.environment[setting.variable];
      const [section = '', name = ''] = setting.chartValue.split('.');
      const isNumber = given !== undefined && /^[0-9.]+$/.test(given);
      if (given !== undefined)
        values[section] = { ...values[section], [name]: isNumber ? Number(given) : given };
    }
    const extraEnv = [{ name: 'AWS_ENDPOINT_URL', value: this.stack.environment.AWS_ENDPOINT_URL }];
    this.#files += 1;
    const file = join(this.stack.folder, `values-${this.#files}.json`);
    writeFileSync(file, JSON.stringify(merged({ ...values, extraEnv }, more)));
    return file;
  }

  /** Makes a namespace for a release, with the operator's keys for AWS in it. */
  async releaseNamespace(namespace: string): Promise<void> {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key } = this.stack.environment;
    await this.kubectl('create', 'namespace', namespace);
    const keys = [`--from-literal=aws_access_key_id=${id}`, `--from-literal=aws_secret_access_key=${key}`];
    await this.kubectl('-n', namespace, 'create', 'secret', 'generic', KEYS, ...keys);
  }

  /** Waits until the Deployment has one operator that says that it runs, and answers its pod. */
  async running(namespace: string = RELEASE.namespace): Promise<Pod> {
    await this.kubectl(
      '-n',
      namespace,
      'rollout',
      'status',
      `deployment/${RELEASE.deployment}`,
      '--timeout=90s',
    );
    return await eventually('an operator runs', async () => {
      const [pod, ...others] = await this.pods(namespace);
      if (pod === undefined || others.length > 0 || pod.metadata.deletionTimestamp) return undefined;
      const log = await this.kubectl('-n', namespace, 'logs', pod.metadata.name).catch(() => '');
      return log.includes('the Nami operator runs') ? pod : undefined;
    });
  }

  /** Those of operators. */
  async pods(namespace: string = RELEASE.namespace): Promise<Pod[]> {
    const label = 'app.kubernetes.io/name=nami-operator';
    return JSON.parse(await this.kubectl('-n', namespace, 'get', 'pods', '-l', label, '-o', 'json')).items;
  }

  /** Every request of a service account that the API server has answered. */
  requests(): AuditEvent[] {
    return readFileSync(this.provider.auditLog, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Shows what there is, after a step that failed. */
  async describe(): Promise<void> {
    const say = async (...args: string[]) =>
      console.log(await this.kubectl(...args).catch((error: Error) => error.message));
    await say('get', 'pods,whp', '-A', '-o', 'wide');
    // Of the node there are some that are always there.
    await say('get', 'events', '-A', '--field-selector=type=Warning,metadata.namespace!=default');
    for (const { metadata } of await this.pods().catch(() => []))
      await say('-n', RELEASE.namespace, 'logs', metadata.name, '--tail=15');
  }
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly state: { readonly running?: { readonly startedAt: string } };
    }[];
  };
}

export interface AuditEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The release that most steps are about. */
export const RELEASE = { name: 'nami', namespace: 'nami-system', deployment: 'nami-nami-operator' } as const;

/** Of helm, before the chart. */
export const UPGRADE = ['upgrade', RELEASE.name, '-n', RELEASE.namespace] as const;

/** Starts the cluster, and AWS beside it. */
export async function startCluster(folder: string, progress: Progress): Promise<Cluster> {
  let provider: ClusterProvider | undefined;
  let helm = '';
  const stack = await startLocalStack({
    folder,
    progress,
    awsAddress: ADDRESS,
    provider: async (context) => {
      const tools = await findClusterTools(context.processes, progress);
      helm = tools.binaries.helm;
      provider = clusterProvider(context, tools);
      return provider;
    },
  });
  if (provider === undefined) throw new TypeError('a stack that runs has a provider');
  return new Cluster(stack, provider, helm);
}

const isSetting = (each: (typeof SETTINGS)[keyof typeof SETTINGS]): each is Setting<never> & typeof each =>
  'variable' in each;
