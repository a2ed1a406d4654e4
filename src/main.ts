import './process/signals.ts';

import { hostname } from 'node:os';
import { type Account, openAccount } from './aws/account/account.ts';
import { judge } from './aws/account/errors.ts';
import { enabledRegions } from './aws/calls/regions.ts';
import { systemClock as clock } from './clock.ts';
import { loadCode } from './code.ts';
import { readConfig } from './config.ts';
import { Controller } from './controller/controller.ts';
import { requirePipelines, warnIfOutdated } from './controller/custom-resource.ts';
import { AccessReview } from './kubernetes/access-review.ts';
import type { KubernetesClient } from './kubernetes/client.ts';
import { connect } from './kubernetes/connect.ts';
import { namespaces } from './kubernetes/core-types.ts';
import { EventRecorder } from './kubernetes/events.ts';
import { LeaderElector } from './kubernetes/leader-election/elector.ts';
import { setPipelines, setProcess, setWork } from './metrics/figures.ts';
import { observers } from './metrics/observers.ts';
import { Metrics } from './metrics/registry.ts';
import { fail } from './process/failure.ts';
import { serve } from './process/http-server.ts';
import { leasePlace } from './process/lease-place.ts';
import { openLog } from './process/log.ts';
import { metricsRoute } from './process/metrics-route.ts';
import { type ProbedFacts, probeAnswer, shortcomings, standstills } from './process/probes.ts';
import { onEnd } from './process/signals.ts';
import { readProxies } from './proxies.ts';
import { StartError } from './start-error.ts';

/** Seconds that running work gets at the end; Kubernetes kills a pod 30 s after it asked it to stop. */
const STOP_SECONDS = 20;
/** Longest that a call to Kubernetes may take. */
const CALL_SECONDS = 30;

let phase: ProbedFacts['phase'] = 'starts';

async function main(): Promise<void> {
  const startedAt = clock.now() / 1000;
  const config = readConfig(process.env);
  const { leaderElection: election, region } = config;
  const logger = await openLog(config.logLevel);
  const metrics = new Metrics();
  const report = observers(metrics);
  metrics.read((set) => setProcess(set, startedAt));
  const proxies = readProxies(process.env);
  // What was sent has to be answered or given up before another may lead.
  const callSeconds = election.enabled ? election.leaseDurationSeconds - 1 : CALL_SECONDS;
  const cluster = connect({
    clock,
    proxies,
    deadlineSeconds: Math.min(CALL_SECONDS, callSeconds),
    onRequest: report.onRequest,
  });
  let elector: LeaderElector | undefined;
  let controller: Controller | undefined;

  const facts = (): ProbedFacts => ({
    phase,
    ...(elector && { lease: leaseFacts(elector, election.leaseDurationSeconds) }),
    ...(controller && { work: controller.work }),
  });
  const access = new AccessReview(cluster.client, clock);
  const review = (authorization?: string) => access.mayGet('/metrics', authorization);
  const port = await serve(config.port, {
    '/healthz': () => probeAnswer(standstills(facts())),
    '/readyz': () => probeAnswer([...standstills(facts()), ...shortcomings(facts())]),
    ...(config.metrics.enabled && {
      '/metrics': metricsRoute(metrics, config.metrics.authentication ? review : undefined),
    }),
  });

  const code = await loadCode();
  const name = config.cluster || (await clusterUid(cluster.client));
  await requirePipelines({ client: cluster.client, config });
  logger.info({ cluster: name, port, server: cluster.client.serverUrl }, 'has started');
  onEnd(async (signal) => {
    phase = 'stops';
    logger.info({ signal }, 'stopping');
    const left = (await controller?.stop(STOP_SECONDS)) ?? [];
    await elector?.release();
    if (left.length > 0)
      logger.warn({ left }, 'stopped in the middle of work, which the next start takes up');
    process.exit(0);
  });
  if (election.enabled) {
    const lease = leasePlace(election);
    elector = new LeaderElector({
      ...election,
      client: cluster.another({ deadlineSeconds: election.renewDeadlineSeconds / 2 }),
      clock,
      logger,
      lease,
      identity: `${hostname()}_${Buffer.from(clock.randomBytes(8)).toString('hex')}`,
      onLost: (why) => {
        logger.error({ lease, why }, 'leads no more, and ends');
        process.exit(1);
      },
    });
    metrics.read((set) =>
      set('leader_election_master_status', { name: lease.name }, elector?.isLeader ? 1 : 0),
    );
    elector.start();
    phase = 'stands by';
    await elector.leading;
  }

  const fence = elector?.fence;
  const client = cluster.another({ ...(fence && { fence }) });
  const accounts = new Map<string, Promise<Account>>();
  const account = (region: string): Promise<Account> => {
    const known = accounts.get(region);
    if (known) return known;
    const opened = openAccount(region, { clock, proxies, fence, requestSeconds: callSeconds, ...report });
    accounts.set(region, opened);
    // Credentials and networks get mended: the next reconcile tries again.
    opened.catch(() => accounts.delete(region));
    return opened;
  };
  await account(region).catch((error: unknown) => {
    logger.warn({ region, cause: judge(error).message }, 'AWS does not answer yet');
  });

  const events = new EventRecorder({
    client,
    clock,
    logger,
    controller: 'nami.dev/operator',
    instance: hostname(),
  });
  const started = new Controller({
    config,
    clock,
    logger,
    client,
    events,
    cluster: name,
    code,
    account,
    regionsOfAccount: async () => await enabledRegions(await account(region)),
    ...report,
  });
  controller = started;
  metrics.read((set) => {
    setWork(set, started.work);
    setPipelines(set, started.pipelines());
    set('nami_events_dropped_total', {}, events.dropped);
  });
  await started.start();
  if (phase !== 'stops') phase = 'works';
  logger.info({ cluster: name, region, server: client.serverUrl }, 'the Nami operator runs');
  await warnIfOutdated({ client, events, logger });
}

const leaseFacts = ({ standstillSeconds, secondsSinceAnswer }: LeaderElector, durationSeconds: number) => ({
  standstillSeconds,
  secondsSinceAnswer,
  durationSeconds,
});

async function clusterUid(client: KubernetesClient): Promise<string> {
  const { metadata } = await client.get(namespaces, { name: 'kube-system' });
  if (!metadata.uid)
    throw new StartError('the namespace kube-system has no UID: set NAMI_CLUSTER to a name of this cluster');
  return metadata.uid;
}

main().catch((error: unknown) => {
  // What the end interrupts is no failure to start.
  if (phase !== 'stops') fail(error);
});
