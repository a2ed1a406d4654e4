import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { queueDepth } from '../src/aws/calls/queues.ts';
import { accountContents } from './account-contents.ts';
import { type Answer, sendBurst } from './burst.ts';
import { applyCrds } from './crds.ts';
import { emulatorClients } from './emulator-clients.ts';
import { type EventStore, openEventStore } from './event-store.ts';
import { type Delivery, documentId, forged, githubDeliveries } from './github-deliveries.ts';
import { kubectl } from './kubectl.ts';
import { LocalStackError } from './local-stack-error.ts';
import { operatorLog, startOperator } from './operator.ts';
import type { RunningProcess } from './processes.ts';
import { type LocalStack, startLocalStack } from './stack.ts';

/**
 * The whole product on one machine, once from beginning to end: apply a pipeline, send it real webhooks in a burst
 * that its queue has to absorb, compare what is stored with what was sent, delete it, look at what stays.
 */

const FOLDER = '.nami/demo';
const PIPELINE = 'github';
const REPEATED = 10;
const FORGED = 5;
/** Requests at once. */
const CONCURRENCY = 24;

const say = (line: string) => console.log(line);
const title = (line: string) => console.log(`\n── ${line}`);

interface Tally {
  readonly sent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly lost: number;
}

async function demo(stack: LocalStack, operator: RunningProcess): Promise<Tally> {
  title('a pipeline');
  const secret = randomBytes(32).toString('hex');
  await applyPipeline(stack, secret);
  const url = await field(stack, '{.status.endpoint.url}');
  say(`endpoint: ${url}`);

  title('a burst, while nobody reads the queue');
  const aws = emulatorClients(stack.emulators, stack.environment.AWS_REGION ?? '');
  const mapping = await field(stack, '{.status.objects[?(@.kind=="EventSourceMapping")].id}');
  const enable = async (Enabled: boolean) => {
    await aws.lambda.send(new UpdateEventSourceMappingCommand({ UUID: mapping, Enabled }));
    const wanted = Enabled ? 'Enabled' : 'Disabled';
    const stateOf = () => aws.lambda.send(new GetEventSourceMappingCommand({ UUID: mapping }));
    while ((await stateOf()).State !== wanted) await sleep(100);
  };
  await enable(false);
  const deliveries = githubDeliveries(secret);
  const good = deliveries.slice(FORGED);
  const all = [...good, ...good.slice(0, REPEATED), ...deliveries.slice(0, FORGED).map(forged)];
  const began = Date.now();
  const answers = await sendBurst(url, all, CONCURRENCY);
  const seconds = (Date.now() - began) / 1000;
  say(`${answers.length} requests in ${seconds.toFixed(1)} s: ${byStatus(answers)}`);

  title('the queue drains');
  const queueName = await field(stack, '{.status.objects[?(@.name=="queue")].id}');
  const depthNow = async () => {
    const depth = await queueDepth(aws, queueName);
    if (depth === undefined) throw new LocalStackError(`the queue ${queueName} is gone`);
    return depth;
  };
  say(`depth ${await depthNow()}`);
  await enable(true);
  for (let depth = Number.POSITIVE_INFINITY; depth > 0; ) {
    await sleep(500);
    depth = await depthNow();
    say(`depth ${depth}`);
  }

  title('kubectl get webhookpipelines');
  await kubectl(stack, 'annotate', `whp/${PIPELINE}`, `nami.dev/reconcile-requested-at=${Date.now()}`);
  await kubectl(stack, 'wait', '--for=jsonpath={.status.queue.depth}=0', `whp/${PIPELINE}`, '--timeout=30s');
  say(await kubectl(stack, 'get', 'webhookpipelines'));

  say(`the operator holds ${residentMegabytes(operator)} MB of memory`);

  title('stored documents');
  const address = await field(stack, '{.status.store.address}');
  const parameter = await field(stack, '{.status.objects[?(@.name=="store-password")].id}');
  const store = await openEventStore(stack, address, parameter);
  const tally = await compare(answers, store);
  await showDocuments(store);
  await store.close();

  title('kubectl delete webhookpipeline');
  await kubectl(stack, 'delete', `whp/${PIPELINE}`, '--timeout=120s');
  const { pipelines, shared } = await accountContents(stack);
  say('what stays of the pipeline:');
  for (const object of pipelines) say(`  ${object}`);
  say('what the pipelines of the region share:');
  for (const object of shared) say(`  ${object}`);
  const kinds = pipelines.map((object) => object.split(' ')[0]).sort();
  if (kinds.join() !== 'Parameter,Volume') {
    throw new LocalStackError('something else than the volume and its credentials is left of the pipeline');
  }
  return tally;
}

/** Linux: proc(5), VmRSS. */
function residentMegabytes({ pid }: RunningProcess): string {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) / 1024).toFixed(0);
}

async function applyPipeline(stack: LocalStack, secret: string): Promise<void> {
  await kubectl(stack, 'create', 'secret', 'generic', 'github-webhook', `--from-literal=secret=${secret}`);
  const began = Date.now();
  say((await kubectl(stack, 'apply', '-f', 'examples/github.yaml')).trim());
  await kubectl(stack, 'wait', '--for=condition=Ready', `whp/${PIPELINE}`, '--timeout=120s');
  say(`Ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function field(stack: LocalStack, path: string): Promise<string> {
  return await kubectl(stack, 'get', `whp/${PIPELINE}`, '-o', `jsonpath=${path}`);
}

function byStatus(answers: readonly Answer[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status || 'no answer'}`).join(', ');
}

/** Counts what was stored, each event byte for byte against what was sent. */
async function compare(answers: readonly Answer[], store: EventStore): Promise<Tally> {
  const accepted = answers.filter(({ status }) => status === 200);
  const sent = new Map<string, Delivery>(accepted.map(({ delivery }) => [documentId(delivery), delivery]));
  const kept = new Set<string>();
  let documents = 0;
  for await (const { _id, body } of store.events.find({}, { projection: { body: 1 } })) {
    documents += 1;
    if (sent.get(_id)?.body.equals(Buffer.from(body.value()))) kept.add(_id);
  }
  return {
    sent: answers.length,
    accepted: accepted.length,
    rejected: answers.filter(({ status }) => status === 401).length,
    stored: kept.size,
    duplicates: documents - kept.size,
    lost: accepted.filter(({ delivery }) => !kept.has(documentId(delivery))).length,
  };
}

async function showDocuments({ events }: EventStore): Promise<void> {
  for (const document of await events.find({}, { sort: { receivedAt: 1 }, limit: 3 }).toArray()) {
    const { _id, type, receivedAt, body, deliveryCount } = document;
    say(
      `  ${_id}  ${type}  ${receivedAt.toISOString()}  ${body.length()} bytes, ${deliveryCount === 1 ? 'delivered once' : `delivered ${deliveryCount} times`}`,
    );
  }
  const repeated = await events.countDocuments({ deliveryCount: { $gt: 1 } });
  say(`  ${repeated} events were delivered more than once and stored once`);
}

/** Brings everything up and stays, for a user to play with. */
async function up(stack: LocalStack): Promise<void> {
  title('a pipeline');
  const secret = randomBytes(32).toString('hex');
  await applyPipeline(stack, secret);
  say(await kubectl(stack, 'get', 'webhookpipelines'));
  const url = await field(stack, '{.status.endpoint.url}');
  say(`It runs until Ctrl-C. In another terminal:

  export KUBECONFIG=${stack.kubeconfig}
  ${stack.kubectl} get webhookpipelines -o wide
  ${stack.kubectl} describe webhookpipeline ${PIPELINE}
  ${stack.kubectl} explain webhookpipeline.spec

  # a delivery, signed as GitHub does it
  BODY='{"zen":"Keep it logically awesome."}'
  SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac ${secret} | sed 's/.* //')
  curl -i -H "X-Hub-Signature-256: sha256=$SIGNATURE" -H "X-GitHub-Event: ping" \\
    -H "X-GitHub-Delivery: $(uuidgen)" -d "$BODY" ${url}

  # the operator's log
  tail -f ${operatorLog(stack)}`);
  await new Promise(() => {});
}

async function main(): Promise<void> {
  const stays = process.argv[2] === 'up';
  const stack = await startLocalStack({ folder: FOLDER, progress: say });
  const interrupted = (signal: NodeJS.Signals) => {
    say(`${signal}: stopping`);
    void stack.stop().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let tally: Tally | undefined;
  try {
    say(await applyCrds(stack));
    const operator = await startOperator(stack);
    if (stays) await up(stack);
    else tally = await demo(stack, operator);
  } finally {
    await stack.stop();
  }
  if (!tally) return;
  const { sent, accepted, rejected, stored, duplicates, lost } = tally;
  say(
    `demo: ${sent} sent, ${accepted} accepted, ${rejected} rejected, ${stored} stored, ${duplicates} duplicates, ${lost} lost`,
  );
  const isRight =
    rejected === FORGED &&
    accepted === sent - FORGED &&
    stored === accepted - REPEATED &&
    duplicates === 0 &&
    lost === 0;
  process.exitCode = isRight ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof LocalStackError ? `nami: ${error.message}` : error);
  process.exit(1);
});
