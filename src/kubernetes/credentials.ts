import type { AgentOptions, RequestOptions } from 'node:https';
// Not from the package's root: that adds exec, attach, port-forward and their WebSockets to the bundle.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Clock } from '../clock.ts';
import { KubeconfigError } from './errors.ts';

export interface KubeconfigChoice {
  /** A file; without it what KUBECONFIG names, ~/.kube/config, or the pod's service account, in this order. */
  kubeconfig?: string | undefined;
  /** A context in it; without it the current one. */
  context?: string | undefined;
}

/** Ways to credentials that kubectl knows no more either, and what took their place. (Kubernetes 1.26: CHANGELOG.) */
const REMOVED_PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'kubelogin',
  gcp: 'gke-gcloud-auth-plugin',
};

/** What `KubeConfig.createDispatcherOptions` makes of cluster and user: how to connect, with which TLS. */
export type ConnectionSettings = ReturnType<KubeConfig['createDispatcherOptions']>;

/** The headers and the connection with which the API server knows the caller, for the moment. */
export interface Identity {
  headers: Record<string, string>;
  connection: ConnectionSettings;
}

/** How long what was read from token files, certificates and the configuration holds before it is read again. */
const holdSeconds = 10;

/**
 * Who we are to the API server, by client-node's KubeConfig: in-cluster token files (which rotate), exec plugins,
 * client certificates, OIDC. Only its public parts that open no connection are used: its own requests open one TLS
 * connection each. It doesn't know a kubeconfig's `tokenFile`; such a file has to be named as
 * `auth-provider: {name: tokenFile, config: {tokenFile: …}}`.
 */
export class Credentials {
  readonly serverUrl: string;
  /** The context's namespace. */
  readonly namespace: string | undefined;
  readonly #choice: KubeconfigChoice;
  readonly #clock: Clock;
  #config: KubeConfig;
  #loadedAt: number;
  #identity: Promise<Identity> | undefined;
  #identifiedAt = 0;

  constructor(clock: Clock, choice: KubeconfigChoice = {}) {
    this.#clock = clock;
    this.#choice = choice;
    this.#config = load(choice);
    this.#loadedAt = clock.now();
    this.serverUrl = currentCluster(this.#config).server;
    this.namespace = this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  /** Rejects with {@link KubeconfigError} when a token, certificate or plugin fails. */
  identity(): Promise<Identity> {
    if (this.#identity === undefined || this.#clock.now() - this.#identifiedAt >= holdSeconds * 1000) {
      this.#identifiedAt = this.#clock.now();
      const made = identify(this.#config);
      // A failure isn't held: the next call tries again.
      made.catch(() => {
        if (this.#identity === made) this.#identity = undefined;
      });
      this.#identity = made;
    }
    return this.#identity;
  }

  /**
   * For a 401: drops everything held and reads the configuration again, so that a token that was replaced before
   * its time is picked up (KubeConfig holds a token file for a minute, an exec plugin's answer until it expires).
   * False when that was done only just now and can't help.
   */
  renew(): boolean {
    if (this.#clock.now() - this.#loadedAt < holdSeconds * 1000) return false;
    this.#config = load(this.#choice);
    this.#loadedAt = this.#clock.now();
    this.#identity = undefined;
    return true;
  }
}

function load(choice: KubeconfigChoice): KubeConfig {
  const config = new KubeConfig();
  const named = choice.kubeconfig ?? process.env.KUBECONFIG;
  try {
    if (choice.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(choice.kubeconfig);
  } catch (cause) {
    throw new KubeconfigError(
      `the kubeconfig ${named ?? '~/.kube/config'} can't be used (${firstLine(cause)}): set KUBECONFIG to one that can`,
      { cause },
    );
  }
  // KubeConfig's last resort when it found nothing: http://localhost:8080, where nobody has been for years.
  if (config.getCurrentContext() === 'loaded-context') {
    throw new KubeconfigError(
      'no Kubernetes cluster is configured: set KUBECONFIG, or run in a pod with a service account',
    );
  }
  if (choice.context !== undefined) config.setCurrentContext(choice.context);
  const cluster = currentCluster(config, named);
  const provider: string = config.getCurrentUser()?.authProvider?.name ?? '';
  const plugin = REMOVED_PROVIDERS[provider];
  if (plugin !== undefined) {
    throw new KubeconfigError(
      `the kubeconfig has the user's credentials from an auth-provider "${provider}", which Kubernetes has removed: have them come from its exec plugin, ${plugin}`,
    );
  }
  // KubeConfig refuses plain http unless TLS verification is off. There is no TLS to verify.
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  return config;
}

function currentCluster(config: KubeConfig, file = 'the kubeconfig') {
  const cluster = config.getCurrentCluster();
  if (cluster) return cluster;
  const contexts = config.getContexts().map((context) => context.name);
  throw new KubeconfigError(
    `${file} has no cluster for the context "${config.getCurrentContext() ?? ''}": choose one of ${contexts.join(', ') || '(it has none)'}`,
  );
}

async function identify(config: KubeConfig): Promise<Identity> {
  try {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      // Trimmed: a token file that ends in a newline would make an invalid header.
      if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
    }
    if (options.auth && headers.authorization === undefined) {
      headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    return {
      headers,
      connection: config.createDispatcherOptions(config.getCurrentCluster(), options as AgentOptions),
    };
  } catch (cause) {
    const user = config.getCurrentUser()?.name ?? '(none)';
    throw new KubeconfigError(`the credentials of user "${user}" can't be had: ${firstLine(cause)}`, {
      cause,
    });
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0] ?? '';
}
