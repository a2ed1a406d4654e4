import { scheduleOf } from '../../aws/calls/scheduled-events.ts';
import { routePath } from '../../plan/identity.ts';
import type { Context, Next } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { hostReplacement, isUnfit } from '../input/host-replacement.ts';
import { type GatewayView, servingGateway } from '../region/gateway-view.ts';
import { type Finding, findingsOf, remarksOf } from '../report/conditions.ts';
import {
  domainRemarks,
  endpointFindings,
  networkFindings,
  replacementRemarks,
  scheduleRemarks,
  storeFindings,
} from '../report/findings.ts';
import { healthOf } from '../report/health.ts';
import { aliasArn, nodeOf } from '../report/nodes.ts';
import type { Reporter } from '../report/reporter.ts';
import { statusOf } from '../report/status.ts';
import { bindStore } from './bind-store.ts';
import { type Built, build } from './build.ts';
import { keepSnapshots } from './keep-snapshots.ts';
import { refreshQueues } from './look-at-queues.ts';
import { lookAtStore } from './look-at-store.ts';
import { nextLook } from './next-look.ts';
import { isToBeRead } from './reading.ts';
import { redriveIfDue } from './redrive.ts';
import { rotateCredentials } from './rotate-credentials.ts';
import { viewSurroundings } from './surroundings.ts';

/**
 * Runs a pipeline: how is the store, what is to be in AWS and is it there, do senders reach it, what waits in its
 * queues; and all of that in one status.
 */
export async function runPipeline(context: Context, reporter: Reporter, subject: Subject): Promise<Next> {
  const { config, clock, regions } = context;
  const { pipeline, spec, account, owner, memory } = subject;
  await lookAtStore(memory, account, owner, config.lookSeconds, pipeline.status?.store);
  // Of a pipeline that is new there are none.
  if (memory.applied || pipeline.status?.queue)
    await refreshQueues(memory, account, owner, config.lookSeconds);
  const hostId = spec.store.managed && pipeline.status?.store?.host;
  memory.schedule = hostId === undefined ? { is: 'none' } : await scheduleOf(account, hostId);
  const surroundings = await viewSurroundings(context, subject);
  const built = await build(context, reporter, subject, surroundings);
  // A status that says ready says what waits in queues that were just made, too.
  if (!memory.queue) await refreshQueues(memory, account, owner, config.lookSeconds);
  const isRedriven = await redriveIfDue(context, subject, built.outcome);

  const { input, outcome } = built;
  const binding = await bindStore(context, subject, outcome);
  const snapshots = await keepSnapshots(context, subject, outcome);
  const rotation = await rotateCredentials(context, subject, outcome);
  const { gateways, domains } = surroundings;
  const servedBy = servedById(built, gateways);
  const problems = regions.problems(account.region);
  const findings: Finding[] = [
    ...findingsOf(outcome.nodes),
    ...networkFindings(outcome, problems),
    ...endpointFindings(servedBy !== undefined, routePath(input.path), problems),
    ...storeFindings(memory.store, pipeline.status?.store, input),
    ...(binding.finding ? [binding.finding] : []),
  ];
  if (waitsForRegion(built, servedBy)) regions.wake(account.region);
  const replacement = hostReplacement(pipeline, context, isUnfit(memory, spec.store, clock.now()));
  const refused = outcome.nodes.filter(({ node, state }) => node.optional && state === 'Failed');
  const isSaid = await reporter.say(
    pipeline,
    {
      generation: pipeline.metadata.generation,
      findings,
      health: healthOf(
        memory.store,
        memory.queue,
        spec.alarms.thresholds.volumeUsedPercent,
        refused,
        snapshots.trouble,
        memory.redriveTrouble,
      ),
      remarks: [
        ...replacementRemarks(replacement),
        ...scheduleRemarks(memory.schedule),
        ...rotation.remarks,
        ...remarksOf(outcome.nodes),
        ...domainRemarks(problems),
      ],
    },
    statusOf(
      {
        input,
        outcome,
        store: memory.store,
        queue: memory.queue,
        servedBy,
        domains,
        binding: binding.name,
        snapshots: snapshots.status,
        credentialsSince: rotation.inUseSince,
      },
      pipeline.status,
      config.endpointUrlTemplate,
    ),
  );
  const isStale = rotation.isNews || isToBeRead(pipeline, memory.store) !== input.consuming;
  const isDone = isSaid && isRedriven;
  const isPutOff = built.isPutOff ?? false;
  return nextLook({ memory, isStale, outcome, isPutOff, findings, isDone }, config, clock);
}

/** The REST API through which deliveries reach the pipeline's function. */
function servedById({ input, outcome }: Built, gateways: GatewayView): string | undefined {
  const functionArn = aliasArn(outcome, 'pre-queue');
  if (functionArn === undefined) return undefined;
  return servingGateway(gateways, { path: routePath(input.path), functionArn })?.restApiId;
}

/** Whether only the region can bring the pipeline on: its route is missing, or its network is. */
function waitsForRegion({ outcome }: Built, servedBy: string | undefined): boolean {
  const isCallable = nodeOf(outcome, 'Permission', 'gateway')?.state === 'Ready';
  const isWaiting = outcome.nodes.some(({ waitsFor }) => waitsFor !== undefined);
  return isWaiting || (isCallable && servedBy === undefined);
}
