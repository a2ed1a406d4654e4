import { hostname } from 'node:os';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { type Account, openAccount } from './aws/account/account.ts';
import { judge } from './aws/account/errors.ts';
import { enabledRegions } from './aws/calls/regions.ts';
import { systemClock } from './clock.ts';
import { loadCode } from './code.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { Controller } from './controller/controller.ts';
import { PIPELINES } from './controller/resource-type.ts';
import { connect } from './kubernetes/connect.ts';
import { namespaces } from './kubernetes/core-types.ts';
import {
  isNotFound,
  KubeconfigError,
  KubernetesApiError,
  ServerUnreachableError,
} from './kubernetes/errors.ts';
import { EventRecorder } from './kubernetes/events.ts';
import { ProxyError, readProxies } from './proxies.ts';

/** Seconds that running work gets at the end; Kubernetes kills a pod 30 s after it asked it to stop. */
const STOP_SECONDS = 20;

/** Something that keeps the operator from starting, in one line for whoever starts it. */
class StartError extends Error {
  override readonly name = 'StartError';
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = await openLog(config);
  const clock = systemClock;
  const code = await loadCode();
  const proxies = readProxies(process.env);
  const { client } = connect({ clock, proxies });
  const cluster = config.cluster || (await clusterUid(client));
  await requireCrd(client, config);

  const accounts = new Map<string, Promise<Account>>();
  const account = (region: string): Promise<Account> => {
    const known = accounts.get(region);
    if (known) return known;
    const opened = openAccount(region, { clock, rateShare: config.rateShare, proxies });
    accounts.set(region, opened);
    // Credentials and networks get mended: the next reconcile tries again.
    opened.catch(() => accounts.delete(region));
    return opened;
  };
  await account(config.region).catch((error: unknown) => {
    logger.warn({ region: config.region, cause: judge(error).message }, 'AWS does not answer yet');
  });

  const events = new EventRecorder({
    client,
    clock,
    logger,
    controller: 'nami.dev/operator',
    instance: hostname(),
  });
  const controller = new Controller({
    config,
    clock,
    logger,
    client,
    events,
    cluster,
    code,
    account,
    regionsOfAccount: async () => await enabledRegions(await account(config.region)),
  });
  const stop = async (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    const left = await controller.stop(STOP_SECONDS);
    await client.close();
    if (left.length > 0)
      logger.warn({ left }, 'stopped in the middle of work, which the next start takes up');
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await controller.start();
  logger.info({ cluster, region: config.region, server: client.serverUrl }, 'the Nami operator runs');
}

/** JSON lines; on a terminal readable ones, where pino-pretty is installed. */
async function openLog({ logLevel }: Config): Promise<Logger> {
  const options: LoggerOptions = { level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const pretty = process.stdout.isTTY ? await import('pino-pretty').catch(() => undefined) : undefined;
  return pretty ? pino(options, pretty.PinoPretty({ colorize: true })) : pino(options);
}

async function clusterUid(client: ReturnType<typeof connect>['client']): Promise<string> {
  const { metadata } = await client.get(namespaces, { name: 'kube-system' });
  if (!metadata.uid)
    throw new StartError('the namespace kube-system has no UID: set NAMI_CLUSTER to a name of this cluster');
  return metadata.uid;
}

async function requireCrd(
  client: ReturnType<typeof connect>['client'],
  { watchNamespace }: Config,
): Promise<void> {
  try {
    await client.list(PIPELINES, { limit: 1, namespace: watchNamespace || undefined });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new StartError(
      'the cluster does not know WebhookPipeline: install the custom resource definition first (kubectl apply --server-side -f crds/)',
      { cause: error },
    );
  }
}

/** Errors whose message alone tells the user what to do. */
const PLAIN = [
  StartError,
  ConfigError,
  ProxyError,
  KubeconfigError,
  ServerUnreachableError,
  KubernetesApiError,
];

main().catch((error: unknown) => {
  const isPlain = PLAIN.some((type) => error instanceof type);
  console.error(isPlain ? `nami-operator: ${(error as Error).message}` : error);
  process.exit(1);
});
