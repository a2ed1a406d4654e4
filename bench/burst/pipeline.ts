import { MongoClient } from 'mongodb';
import { POST_QUEUE_ENV } from '../../handlers/contract.ts';
import type { Bundle } from '../bundles.ts';
import { preQueueEnvironment } from '../pre-queue-environment.ts';
import type { EnvironmentHost } from './environment-host.ts';
import { EventSourceMapping, MAXIMUM_CONCURRENCY } from './event-source-mapping.ts';
import { LambdaFunction } from './lambda-function.ts';
import { MessageQueue } from './message-queue.ts';
import { serveQueue } from './queue-server.ts';
import { RuntimeApi } from './runtime-api.ts';
import type { Scale } from './scale.ts';
import { ScalingRule } from './scaling-rule.ts';
import { SECRET } from './sender.ts';

/** What all runs have in common. */
export interface Parts {
  readonly host: EnvironmentHost;
  readonly preQueueBundle: Bundle;
  readonly postQueueBundle: Bundle;
  readonly bootstrap: string;
  readonly storeUri: string;
}

/** The two functions, the queue between them and an empty collection behind them. */
export interface Pipeline {
  readonly preQueue: LambdaFunction;
  readonly queue: MessageQueue;
  countDocuments(): Promise<number>;
  documentIds(): Promise<ReadonlySet<string>>;
  stop(): Promise<void>;
}

const DATABASE = 'burst';

/** `name` tells the runs apart: in the store, in the logs. */
export async function openPipeline(parts: Parts, name: string, scale: Scale): Promise<Pipeline> {
  const { host, bootstrap, preQueueBundle, postQueueBundle, storeUri } = parts;
  const queue = new MessageQueue();
  const queueServer = await serveQueue(queue);
  const api = await RuntimeApi.open();
  const now = () => performance.now();
  const preQueue = new LambdaFunction(
    {
      name: `${name}-pre-queue`,
      bundle: preQueueBundle.path,
      bootstrap,
      environment: preQueueEnvironment(`http://${queueServer.address}`, SECRET),
      timeoutSeconds: 10,
    },
    host,
    api,
    new ScalingRule(scale, now),
  );
  const postQueue = new LambdaFunction(
    {
      name: `${name}-post-queue`,
      bundle: postQueueBundle.path,
      bootstrap,
      environment: {
        [POST_QUEUE_ENV.storeUri]: storeUri,
        [POST_QUEUE_ENV.database]: DATABASE,
        [POST_QUEUE_ENV.collection]: name,
      },
      timeoutSeconds: 30,
    },
    host,
    api,
    // The mapping's own bound is the tighter one.
    new ScalingRule({ divisor: 1, executions: MAXIMUM_CONCURRENCY, newExecutions: MAXIMUM_CONCURRENCY }, now),
  );
  // It is not what is looked at, and in Lambda its cold starts take no CPU from the other function.
  await postQueue.provision(MAXIMUM_CONCURRENCY);
  const client = new MongoClient(storeUri);
  const collection = client.db(DATABASE).collection<{ _id: string }>(name);
  const mapping = new EventSourceMapping(queue, postQueue);
  return {
    preQueue,
    queue,
    countDocuments: () => collection.estimatedDocumentCount(),
    documentIds: async () => {
      const documents = await collection.find({}, { projection: { _id: 1 } }).toArray();
      return new Set(documents.map(({ _id }) => _id));
    },
    stop: async () => {
      await Promise.all([mapping.stop(), preQueue.stop()]);
      await postQueue.stop();
      await client.close();
      api.close();
      queueServer.close();
    },
  };
}
