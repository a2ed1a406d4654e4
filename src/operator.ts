import { hostname } from 'node:os';
import { accounts } from './aws/account/accounts.ts';
import { judge } from './aws/account/errors.ts';
import { enabledRegions } from './aws/calls/regions.ts';
import { systemClock as clock } from './clock.ts';
import { loadCode } from './code.ts';
import { readConfig } from './config.ts';
import { Controller } from './controller/controller.ts';
import { DEFINITION, requirePipelines, warnIfOutdated } from './controller/custom-resource.ts';
import { clusterUid } from './kubernetes/cluster-uid.ts';
import { connect } from './kubernetes/connect.ts';
import { EventRecorder } from './kubernetes/events.ts';
import type { LeaderElector } from './kubernetes/leader-election/elector.ts';
import { leases } from './kubernetes/leader-election/lease.ts';
import { apiVersionOf } from './kubernetes/resource.ts';
import { setOrphans, setPipelines, setProcess, setWork } from './metrics/figures.ts';
import { observers } from './metrics/observers.ts';
import { Metrics } from './metrics/registry.ts';
import { ClockWatch } from './process/clock-watch.ts';
import { enterElection, leaseOf } from './process/election.ts';
import { fail } from './process/failure.ts';
import { serve } from './process/http-server.ts';
import { openLog } from './process/log.ts';
import { refuseMemoryDumps } from './process/memory-dumps.ts';
import type { ProbedFacts } from './process/probes.ts';
import { routes } from './process/routes.ts';
import { onEnd } from './process/signals.ts';
import { readProxies } from './proxies.ts';
import { StartError } from './start-error.ts';

/** Seconds that running work gets at the end; Kubernetes kills a pod 30 s after it asked it to stop. */
const STOP_SECONDS = 20;
/** In whose namespace the operator is. */
const LEASE = { apiVersion: apiVersionOf(leases), kind: leases.kind };
/** Seconds that a call may take, where no lease demands less. */
const LONGEST_CALL = 30;

let phase: ProbedFacts['phase'] = 'starts';

/** Puts the operator together: what it is asked from outside, whether it leads, and its work. */
async function main(): Promise<void> {
  refuseMemoryDumps(process.execArgv, process.env.NODE_OPTIONS);
  const startedAt = clock.now() / 1000;
  const config = readConfig(process.env);
  const { leaderElection: election, region } = config;
  const logger = await openLog(config.logLevel);
  const proxies = readProxies(process.env);
  const metrics = new Metrics();
  const report = observers(metrics);
  // What was sent is answered or given up before another may lead.
  const requestSeconds = election.enabled ? election.leaseDurationSeconds - 1 : LONGEST_CALL;
  const deadlineSeconds = Math.min(LONGEST_CALL, requestSeconds);
  const connection = connect({ clock, proxies, deadlineSeconds, onRequest: report.onRequest });
  const clockWatch = new ClockWatch(clock);
  let elector: LeaderElector | undefined;
  let controller: Controller | undefined;

  const facts = (): ProbedFacts => ({
    phase,
    clockSetBackSeconds: clockWatch.setBackSeconds,
    lease: elector && { ...elector.signs, durationSeconds: election.leaseDurationSeconds },
    work: controller?.work,
  });
  const port = await serve(config.port, routes({ config, clock, client: connection.client, metrics, facts }));
  metrics.read((set) => setProcess(set, startedAt));

  const code = await loadCode();
  const cluster = config.cluster || (await clusterUid(connection.client));
  if (!cluster)
    throw new StartError('the namespace kube-system has no UID: set NAMI_CLUSTER to a name of this cluster');
  await requirePipelines({ client: connection.client });
  logger.info({ cluster, port, server: connection.client.serverUrl }, 'has started');
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
    const client = connection.another({ deadlineSeconds: election.renewDeadlineSeconds / 2 });
    const entered = enterElection({ election, client, clock, logger });
    elector = entered;
    const { name } = leaseOf(election);
    metrics.read((set) => set('leader_election_master_status', { name }, entered.isLeader ? 1 : 0));
    phase = 'stands by';
    await entered.leading;
  }

  const fence = elector?.fence;
  const client = connection.another({ fence, deadlineSeconds });
  const { rateShare } = config;
  const account = accounts({ clock, rateShare, proxies, fence, requestSeconds, ...report });
  await account(region).catch((error: unknown) => {
    logger.warn({ region, cause: judge(error).message }, 'AWS does not answer yet');
  });
  const instance = hostname();
  const events = new EventRecorder({ client, clock, logger, controller: 'nami.dev/operator', instance });
  const self = election.enabled ? { ...LEASE, metadata: leaseOf(election) } : DEFINITION;
  const started = new Controller({
    config,
    clock,
    logger,
    client,
    events,
    cluster,
    code,
    account,
    regionsOfAccount: async () => await enabledRegions(await account(region)),
    self,
    ...report,
  });
  controller = started;
  metrics.read((set) => {
    setWork(set, started.work);
    setPipelines(set, started.pipelines());
    setOrphans(set, started.orphans());
    set('nami_events_dropped_total', {}, events.dropped);
  });
  await started.start();
  if (phase !== 'stops') phase = 'works';
  logger.info({ cluster, region, server: client.serverUrl }, 'the Nami operator runs');
  await warnIfOutdated({ client, events, logger, self });
}

main().catch((error: unknown) => {
  // What the end interrupts is no failure to start.
  if (phase !== 'stops') fail(error);
});
