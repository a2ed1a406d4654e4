import { afterEach, expect, test } from 'vitest';
import { accountContents } from '../../local/account-contents.ts';
import { sendBurst } from '../../local/burst.ts';
import { type Delivery, documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import type { InjectedFault } from '../../local/proxy/faults.ts';
import { AS_REAL } from '../../local/proxy/stand-ins/index.ts';
import type { AwsProxy } from '../../local/proxy.ts';
import type { LocalStack } from '../../local/stack.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { eventually, GITHUB, System } from './system.ts';

/** A whole life while AWS lags, refuses and loses answers, beside the same life undisturbed. */

const SETTINGS = {
  NAMI_LOOK_SECONDS: '2',
  NAMI_DRAIN_SECONDS: '5',
  // So that all that was made shows whether it goes.
  NAMI_DELETE_SHARED_OBJECTS: 'true',
};

/** Whatever AWS makes twice when it is asked twice, and what has a token or a name against that. */
const LOST = [
  ['ec2', 'CreateVpc'],
  ['ec2', 'CreateInternetGateway'],
  ['ec2', 'CreateRouteTable'],
  ['ec2', 'CreateVolume'],
  ['ec2', 'RunInstances'],
  ['apigateway', 'CreateRestApi'],
  ['sqs', 'CreateQueue'],
] as const;

const CHANGED = {
  ...GITHUB,
  preQueue: { memoryMiB: 512 },
  postQueue: { concurrency: 7 },
  store: { managed: { instanceType: 't3.small' } },
};

const systems: System[] = [];
afterEach(async () => void (await Promise.all(systems.splice(0).map((system) => system.stop()))));

/**
 * A pipeline is made, takes deliveries, is changed, by which it gets another host, takes more of them, and goes. Answers
 * what was in the account on the way, by name.
 */
async function live(name: string, disturb: (proxy: AwsProxy) => void): Promise<Record<string, string[]>> {
  const system = await System.start(name, SETTINGS);
  systems.push(system);
  const { stack } = system;
  const { namespace, secret } = await system.namespace('shop');
  const deliveries = githubDeliveries(secret).slice(0, 40);

  disturb(stack.proxy);
  await system.apply(namespace, 'orders');
  const built = await system.waitReady(namespace, 'orders', 120);
  const whenBuilt = await inventory(stack);
  await send(built, deliveries.slice(0, 20));

  disturb(stack.proxy);
  await system.apply(namespace, 'orders', CHANGED);
  const changed = await system.waitReady(namespace, 'orders', 120);
  expect(changed.status?.store?.host).not.toBe(built.status?.store?.host);
  const whenChanged = await inventory(stack);
  await send(changed, deliveries.slice(20));
  const stored = async () => await system.storedIds(changed);
  await eventually('all are stored', async () => (await stored()).length === deliveries.length);
  expect((await stored()).sort()).toEqual(deliveries.map(documentId).sort());

  await system.kubectl('-n', namespace, 'delete', 'whp/orders', '--timeout=120s');
  const isShared = async () => (await accountContents(stack)).shared.length > 0;
  await eventually('the shared objects are gone', async () => !(await isShared()));
  const whenGone = await inventory(stack);
  return { whenBuilt, whenChanged, whenGone };
}

async function send(pipeline: WebhookPipeline, deliveries: Delivery[]): Promise<void> {
  const answers = await sendBurst(pipeline.status?.endpoint?.url ?? '', deliveries, 4);
  expect(answers.map(({ status }) => status)).toEqual(deliveries.map(() => 200));
}

/** What is in the account: names without what tells the cluster, and kinds alone of what AWS gives an id. */
async function inventory(stack: LocalStack): Promise<string[]> {
  const { pipelines, shared } = await accountContents(stack);
  const words = [...pipelines, ...shared].map((object) => {
    const [kind = '', name = ''] = object.split(' ');
    const withoutCluster = name
      .split('/')
      .at(-1)
      ?.replace(/_[0-9a-f]{8}/, '');
    return name.includes('nami') ? `${kind} ${withoutCluster}` : kind;
  });
  return words.sort();
}

test('a life under all of it ends in the account of an undisturbed one, and loses no event', async () => {
  const lost: InjectedFault[] = [];
  const disturb = (proxy: AwsProxy) => {
    Object.assign(proxy.behaviour, AS_REAL);
    const isFirst = lost.length === 0;
    for (const [service, action] of LOST)
      if (isFirst || action === 'RunInstances')
        lost.push(proxy.inject({ service, action, kind: 'dropResponse' }));
  };
  // Side by side: both wait more than they work.
  const [calm, disturbed] = await Promise.all([live('calm', () => {}), live('as-real', disturb)]);

  expect(lost.map(({ used }) => used)).toEqual(lost.map(() => 1));
  expect(disturbed).toEqual(calm);
  expect(calm.whenGone).toEqual(['Parameter store-password', 'Volume']);
});
