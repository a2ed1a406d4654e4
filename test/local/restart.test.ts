import { APIGatewayClient, DeleteStageCommand, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountContents } from '../../local/account-contents.ts';
import { sendBurst } from '../../local/burst.ts';
import { githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { conditionOf, eventually, GITHUB } from '../user.ts';
import { System } from './system.ts';

let system: System;
/** One namespace for all, one secret for all. */
const ns = 'many';
let secret: string;

/** Alarms are paced at three a second; what is tested here needs few. */
const QUIET = {
  ...GITHUB,
  alarms: { enabled: false },
  store: { external: { uriSecretRef: { name: 'mongo', key: 'uri' } } },
};
const EXTERNAL = Array.from({ length: 18 }, (_, index) => `external-${index}`);
const MANAGED = ['managed-0', 'managed-1'];

beforeAll(async () => {
  system = await System.start('restart', { NAMI_LOOK_SECONDS: '30', NAMI_DELETE_SHARED_OBJECTS: 'true' });
  ({ secret } = await system.namespace(ns));
  const uri = await system.startOwnDatabase();
  await system.kubectl('-n', ns, 'create', 'secret', 'generic', 'mongo', `--from-literal=uri=${uri}`);
  await Promise.all(MANAGED.map((name) => system.apply(ns, name)));
  await Promise.all(MANAGED.map((name) => system.waitReady(ns, name, 120)));
});
afterAll(async () => await system?.stop());

const all = async (): Promise<WebhookPipeline[]> =>
  JSON.parse(await system.kubectl('-n', ns, 'get', 'whp', '-o', 'json')).items;
const isReady = (pipeline: WebhookPipeline) => conditionOf(pipeline, 'Ready')?.status === 'True';
/** With the statuses, so that what was written is seen where something was. */
const versions = (pipelines: WebhookPipeline[]) =>
  pipelines.map(({ metadata, status }) => ({
    name: metadata.name,
    version: metadata.resourceVersion,
    status,
  }));
const events = async () => (await system.kubectl('-n', ns, 'get', 'events', '-o', 'name')).split('\n').sort();

/** Waits until nothing was asked of AWS's control plane for a while. */
const atRest = async (seconds = 3) =>
  await eventually(
    'the operator is at rest',
    async () => (system.stack.proxy.calls.at(-1)?.time ?? 0) < Date.now() - seconds * 1000,
    120,
  );

test('many pipelines applied at once are each seen at once, and the first are ready before the last are begun', async () => {
  const applied = Date.now();
  await Promise.all(EXTERNAL.map((name) => system.apply(ns, name, QUIET)));
  const seenAfter = Date.now();
  await eventually(
    'each has a status',
    async () => (await all()).every(({ status }) => status?.conditions !== undefined),
    5,
  );
  const readyCounts: number[] = [];
  await eventually(
    'all are ready',
    async () => {
      const pipelines = await all();
      readyCounts.push(pipelines.filter(isReady).length);
      return pipelines.every(isReady);
    },
    180,
  );
  // They come one after the other, not all at the end.
  expect(readyCounts.some((count) => count > 0 && count < EXTERNAL.length)).toBe(true);
  expect(seenAfter - applied).toBeLessThan(60_000);
});

/** Looks at all that a pipeline has: each asks for the policy of its function, which no list tells. */
const isLook = ({ action }: { readonly action: string }) => action === 'GetPolicy';
const looks = () => system.stack.proxy.calls.filter(isLook);

describe('an operator that is restarted with 20 settled pipelines', () => {
  test('writes no status and no Event, and calls nothing that changes AWS', async () => {
    await atRest();
    const [before, eventsBefore] = [versions(await all()), await events()];
    system.stack.proxy.clear();

    await system.crashOperator();
    await eventually('all were looked at', async () => looks().length >= 20, 120);
    await atRest();

    expect(system.changes()).toEqual([]);
    expect(versions(await all())).toEqual(before);
    expect(await events()).toEqual(eventsBefore);
  });

  test('takes up what was changed before it looks at all others again', async () => {
    await system.operator.kill();
    await system.apply(ns, 'external-0', { ...QUIET, preQueue: { memoryMiB: 512 } });
    system.stack.proxy.clear();
    await system.startOperator();

    await eventually('the change is there', async () => system.changes().includes('lambda:UpdateAlias'), 60);

    const { calls } = system.stack.proxy;
    const begun = calls.findIndex(({ action }) => action === 'UpdateFunctionConfiguration');
    expect(begun).toBeGreaterThan(0);
    expect(calls.slice(0, begun).filter(isLook).length).toBeLessThan(12);
  });

  test('answers senders 200 throughout, and throughout a change', async () => {
    const subject = (await all()).find(({ metadata }) => metadata.name === 'managed-0') as WebhookPipeline;
    const url = subject.status?.endpoint?.url ?? '';
    const deliveries = githubDeliveries(secret);
    const statuses: number[] = [];
    let isOver = false;
    const sending = (async () => {
      for (let index = 0; !isOver; index = (index + 1) % deliveries.length) {
        const answers = await sendBurst(url, deliveries.slice(index, index + 1), 1);
        statuses.push(...answers.map(({ status }) => status));
      }
    })();

    await system.crashOperator();
    await system.apply(ns, 'managed-0', { ...GITHUB, preQueue: { memoryMiB: 512 } });
    await system.waitReady(ns, 'managed-0', 90);
    isOver = true;
    await sending;

    expect(statuses.length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});

describe('a stage that is deleted by hand', () => {
  const deleteStage = async () => {
    const client = new APIGatewayClient({
      endpoint: system.stack.emulators.miniStackUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { items = [] } = await client.send(new GetRestApisCommand({}));
    await client.send(new DeleteStageCommand({ restApiId: items[0]?.id, stageName: 'live' }));
  };

  test('is there again soon after somebody asks for a look at any pipeline', async () => {
    await deleteStage();
    const began = Date.now();
    await system.kubectl('-n', ns, 'annotate', 'whp/external-1', 'nami.dev/reconcile-requested-at=stage');
    const url = (await all())[0]?.status?.endpoint?.url ?? '';
    await eventually('senders are answered again', async () => {
      const [answer] = await sendBurst(url, githubDeliveries(secret).slice(0, 1), 1);
      return answer?.status === 200;
    });
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});

describe('an operator that is killed while the shared objects go with the last pipeline', () => {
  test('takes their removal up when it starts, though no pipeline names the region any more', async () => {
    await system.kubectl('-n', ns, 'annotate', 'whp', '--all', 'nami.dev/discard-events=true');
    const refused = system.stack.proxy.inject({
      service: 'apigateway',
      action: 'DeleteRestApi',
      times: 1000,
      kind: 'error',
      status: 503,
      code: 'ServiceUnavailableException',
      message: 'later',
    });
    await system.kubectl('-n', ns, 'delete', 'whp', '--all', '--timeout=280s');
    await eventually('the removal has begun', async () => refused.used > 0, 60);
    await system.operator.kill();
    refused.remove();
    expect((await accountContents(system.stack)).shared).not.toEqual([]);

    await system.crashOperator();

    await eventually(
      'nothing shared is left',
      async () => (await accountContents(system.stack)).shared.length === 0,
      60,
    );
  });
});
