import {
  isProbe,
  type Login,
  type PostQueueProbe,
  type ProbeEvent,
  type StoreProbe,
  UNWANTED_METRIC,
  VOLUME_METRIC,
} from '../contract.ts';
import { inTime } from '../deadline.ts';
import { embeddedMetric } from '../embedded-metric.ts';
import { type LambdaContext, timeToWork } from '../lambda-context.ts';
import { errorText, type Log } from '../log.ts';
import { type FindOwnCode, OwnCodeError } from '../own-code/load.ts';
import type { PostQueueCode } from '../own-code/post-queue.ts';
import { messagesOf, problemsOf } from '../problems.ts';
import type { Arrangement } from './arrangement.ts';
import { type BatchResponse, type SqsBatch, storeBatch } from './batch.ts';
import type { EventsOfStore, Store, StoreConnection } from './connection.ts';
import { type NewEvent, newEvent, newRequest } from './document.ts';
import { raiseFeatureVersion } from './feature-version.ts';
import { addLogin, dropFormerUsers } from './logins.ts';
import { memoryForEvents } from './memory.ts';
import { probeStore } from './probe.ts';
import { processEvents } from './process.ts';
import { storeEvents } from './store.ts';

export interface PostQueueDependencies {
  readonly connection: StoreConnection;
  readonly code: FindOwnCode<PostQueueCode>;
  readonly log: Log;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Of the function. */
  readonly memoryMiB: number;
}

type Handler = (event: unknown, lambda: LambdaContext) => Promise<BatchResponse | PostQueueProbe>;

/** The post-queue function: a batch of SQS messages in, one document an event in the store. */
export function postQueueHandler({
  connection,
  code,
  log,
  now,
  newId,
  memoryMiB,
}: PostQueueDependencies): Handler {
  const memoryBytes = memoryForEvents(memoryMiB);
  return async (event, lambda) => {
    if (isProbe(event)) {
      const problems = problemsOf(connection, await code());
      const store = connection.kind === 'ready' ? await probe(connection, event, log, now()) : NOT_TRIED;
      return { nami: 'post-queue', problems, store };
    }
    if (connection.kind === 'broken') {
      throw new Error(`nothing can be stored: ${messagesOf(connection.problems)}`);
    }
    const { settings, client, database, collection, indexes, requests } = connection;
    // A store that takes too long leaves those that are known to be stored as they are.
    const keep = (events: readonly NewEvent[], into: EventsOfStore['collection'], begin?: Arrangement) =>
      inTime(timeToWork(lambda), async () => {
        await client.connect();
        // Nothing waits for the indexes: on a large collection they take longer than the function may run.
        void begin?.();
        return storeEvents(into, events);
      });
    return storeBatch(event as SqsBatch, {
      memoryBytes,
      toEvent: (received, weight) => newEvent(received, weight, now(), settings.ttlDays),
      toRequest: (envelope) => newRequest(envelope, now(), settings.ttlDays),
      store: (events) => keep(events, collection, indexes),
      // Its indexes come after the others, and once the collection is there.
      storeRequests: (each) => keep(each, requests.collection).finally(() => void requests.indexes()),
      // Afterwards: own code that can't be loaded at the moment keeps nothing from being stored.
      process: async (events) => {
        const own = await code({ retry: true });
        if (own.kind === 'broken') throw new OwnCodeError(messagesOf(own.problems));
        const { process } = own.exports;
        if (!process) return new Map();
        return processEvents(events, { process, database, collection, memoryBytes, now, newId }, lambda);
      },
      countUnwanted: (count) => {
        const values = { FunctionName: functionName() };
        log({
          level: 'info',
          message: 'events not wanted',
          ...embeddedMetric(UNWANTED_METRIC, 'Count', count, values, now()),
        });
      },
      log,
    });
  };
}

const functionName = () => process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';

const ARRANGEMENT_MILLISECONDS = 2000;

const NOT_TRIED: StoreProbe = { reachable: false, error: 'not tried: settings are broken' };

async function probe(store: Store, event: ProbeEvent, log: Log, at: Date): Promise<StoreProbe> {
  const raised = await raise(store, event.raiseFeatureVersion);
  const added = await letIn(store, event.addLogin);
  const dropped = await shutOut(store, event.dropLoginsBefore);
  const answer = await probeStore(store);
  if (!answer.reachable) return answer;
  reportVolume(answer, log, at);
  const [indexes, reader] = await Promise.all([inMoments(store.indexes), inMoments(store.reader)]);
  const { readerRole } = store.settings;
  const objection = [raised, added, dropped, indexes, reader]
    .filter((each) => typeof each === 'string')
    .join('; ');
  return {
    ...answer,
    ...(readerRole !== undefined && reader === undefined && { reader: readerRole }),
    ...(event.addLogin && added === undefined && { addedUser: event.addLogin.user }),
    ...(objection !== '' && { objection }),
  };
}

async function raise({ settings, client }: Store, version: string | undefined): Promise<string | undefined> {
  if (!settings.managed || version === undefined) return undefined;
  return await raiseFeatureVersion(client.db('admin'), version, ARRANGEMENT_MILLISECONDS);
}

/** Answers what kept it from that; the login is in no message of the server. */
async function letIn(
  { settings, client, tryLogin }: Store,
  login: Login | undefined,
): Promise<string | undefined> {
  if (!settings.managed || !login) return undefined;
  return await objectionTo('a new login could not be added', async () => {
    await addLogin(client.db('admin'), login);
    await tryLogin(login);
  });
}

async function shutOut(
  { settings, client, user }: Store,
  before: string | undefined,
): Promise<string | undefined> {
  if (!settings.managed || before !== user) return undefined;
  return await objectionTo('former logins could not be dropped', () =>
    dropFormerUsers(client.db('admin'), user),
  );
}

async function objectionTo(failure: string, work: () => Promise<void>): Promise<string | undefined> {
  try {
    await inTime(ARRANGEMENT_MILLISECONDS, work);
    return undefined;
  } catch (error) {
    return `${failure}: ${errorText(error)}`;
  }
}

const LATER = Symbol('later');

/** Indexes of a large collection take longer than whoever asks will wait; what they come to is told the next time. */
const inMoments = (arrange: Arrangement): Promise<string | undefined | typeof LATER> =>
  inTime(ARRANGEMENT_MILLISECONDS, arrange).catch(() => LATER);

function reportVolume({ disk }: StoreProbe & { reachable: true }, log: Log, at: Date): void {
  if (!disk) return;
  const percent = (100 * disk.usedBytes) / disk.totalBytes;
  const values = { FunctionName: functionName() };
  log(embeddedMetric(VOLUME_METRIC, 'Percent', percent, values, at));
}
