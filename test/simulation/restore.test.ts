import { describe, expect, test } from 'vitest';
import { AwsError } from './aws/aws-error.ts';
import type { Operations } from './aws/service.ts';
import { BRISK } from './aws/times.ts';
import { first, isGone, isReady } from './pipelines.ts';
import { type SimulationOptions, simulate, type World } from './world.ts';

const HOUR = 3600;
const apply = ({ kubernetes }: World, name: string, volume: object, more: object = {}) =>
  kubernetes.apply({ metadata: { name }, spec: { store: { managed: { volume, ...more } } } });
const holding = ({ aws }: World, event: string) =>
  [...aws.stores.databases.values()].filter(({ events }) => events.has(event));
const told = ({ kubernetes }: World, name = 'orders') => {
  const { reason, message } = kubernetes.condition(name, 'StoreReady') ?? {};
  return { reason, message: String(message) };
};
const isTold =
  (reason: string, name = 'orders') =>
  (world: World) =>
    told(world, name).reason === reason;
const adoptableBy = (name: string) => ({ 'nami.dev/adoptable-by': `simulated/default/${name}` });
const tagSnapshot = ({ aws }: World, id: string, tags: object) =>
  aws.ec2.snapshots.change(id, { tags: { ...aws.ec2.snapshots.get(id)?.tags, ...tags } });
const tagVolume = ({ aws }: World, id: string, tags: object) =>
  aws.ec2.volumes.change(id, { tags: { ...aws.ec2.volumes.get(id)?.tags, ...tags } });

/** An event of `name` that is stored. */
async function stored(world: World, name: string): Promise<string> {
  const { event = '' } = world.senders.post(name);
  await world.until((each) => holding(each, event).length > 0, 600);
  return event;
}

const databaseOf = ({ aws, kubernetes }: World, name: string) => {
  const { store } = (kubernetes.get(name)?.status ?? {}) as { store?: { volumeId?: string } };
  return aws.stores.databases.get(store?.volumeId ?? '');
};
const eventsOf = (world: World, name: string) => [...(databaseOf(world, name)?.events ?? [])];

/** What somebody else asks of AWS. */
const ask = (operations: Operations, command: string, input: object) =>
  (operations[command] as (input: object) => object)(input);

/** A snapshot of the volume of `orders`, with the tags of one of the schedule; a test waits for its end or not. */
function takeSnapshot({ aws }: World, volume = first(aws.ec2.volumes.values())): string {
  const { id: VolumeId, tags } = volume;
  const Tags = Object.entries({ ...tags, 'nami.dev/object': 'snapshot' }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  const made = ask(aws.ec2.copies.operations, 'CreateSnapshot', {
    VolumeId,
    TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
  });
  return (made as { SnapshotId: string }).SnapshotId;
}

async function madeAnew(world: World): Promise<void> {
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 900);
  apply(world, 'orders', {});
}

async function elsewhereForAWhile(world: World): Promise<void> {
  world.aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/' });
  const external = { uriSecretRef: { name: 'store', key: 'uri' } };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { store: { external } } });
  await world.run(300);
  apply(world, 'orders', {});
  await world.run(60);
}

const secretOf = ({ aws }: World, name: string) =>
  first(
    aws.ssm.parameters.filter(
      (each) => each.name.includes(`-${name}_`) && each.name.endsWith('/store-password'),
    ),
  );

/** The credentials of `orders` become others. */
async function rotate(world: World): Promise<void> {
  const { value } = secretOf(world, 'orders');
  world.kubernetes.annotate('orders', { 'nami.dev/rotate-credentials': 'now' });
  await world.until((each) => secretOf(each, 'orders').value !== value, 300);
  await world.until(isReady('orders'), 300);
  await world.run(60);
}

/** `orders` with an event, and a snapshot with it that is complete. */
async function withSnapshot(options: SimulationOptions = {}) {
  const world = await simulate(options);
  apply(world, 'orders', {});
  await world.until(isReady('orders'), 300);
  const event = await stored(world, 'orders');
  const snapshotId = takeSnapshot(world);
  await world.run(130);
  const { id: volumeId } = first(world.aws.ec2.volumes.values());
  return { world, event, snapshotId, volumeId };
}

/** `orders` was deleted, and its volume, with an event, stays. */
async function withVolumeLeft(options: SimulationOptions = {}) {
  const world = await simulate(options);
  apply(world, 'orders', {});
  await world.until(isReady('orders'), 300);
  const event = await stored(world, 'orders');
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 1500);
  const { id: volumeId } = first(world.aws.ec2.volumes.values());
  return { world, event, volumeId };
}

describe('a snapshot', () => {
  test('gives a present pipeline its events back, once its volume is given up', async () => {
    const { world, event, snapshotId, volumeId } = await withSnapshot();
    const { aws, kubernetes } = world;
    const later = await stored(world, 'orders');
    await rotate(world);
    apply(world, 'orders', { snapshotId });
    await world.until(isTold('VolumeNotReplaced'), 300);
    expect(told(world).message).toContain(
      `the events are on ${volumeId}, and go on there: to give them up for ${snapshotId} annotate the pipeline with nami.dev/replace-volume=${volumeId}`,
    );
    const meanwhile = await stored(world, 'orders');
    kubernetes.annotate('orders', { 'nami.dev/replace-volume': volumeId });
    await world.until(() => aws.ec2.volumes.size === 2, 300);
    await world.until(isReady('orders'), 900);
    const next = await stored(world, 'orders');
    const restored = first(aws.ec2.volumes.filter(({ id }) => id !== volumeId));
    expect(restored).toMatchObject({ snapshotId, tags: { 'nami.dev/made-from': volumeId } });
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
    for (const each of [later, meanwhile])
      expect(holding(world, each).map((holder) => holder.volumeId)).toEqual([volumeId]);
    await world.run(HOUR);
    expect(aws.made('vol')).toBe(2);
    expect(kubernetes.condition('orders', 'Ready')?.status).toBe('True');

    // What is on the volume by then, a snapshot of it gives back as well.
    const again = takeSnapshot(world, restored);
    await world.run(130);
    kubernetes.apply({
      metadata: { name: 'orders', annotations: { 'nami.dev/replace-volume': restored.id } },
      spec: { store: { managed: { volume: { snapshotId: again } } } },
    });
    await world.until(() => aws.ec2.volumes.size === 3, 300);
    await world.until(isReady('orders'), 900);
    await stored(world, 'orders');
    expect(eventsOf(world, 'orders').slice(0, 2)).toEqual([event, next]);
  });

  test('gives a pipeline its events that was deleted, by its last snapshot', async () => {
    const world = await simulate();
    apply(world, 'orders', { reclaimPolicy: 'Snapshot' });
    await world.until(isReady('orders'), 300);
    const event = await stored(world, 'orders');
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    expect(world.aws.ec2.volumes.size).toBe(0);
    apply(world, 'orders', { snapshotId: first(world.aws.ec2.snapshots.values()).id });
    await world.until(isReady('orders'), 600);
    expect(eventsOf(world, 'orders')).toContain(event);
  });

  test('gives another pipeline the events only where it is handed over, with the password of its time', async () => {
    const { world, event, snapshotId } = await withSnapshot();
    const { aws, kubernetes } = world;
    const before = aws.made('vol');
    await rotate(world);
    apply(world, 'returns', { snapshotId });
    await world.until(isTold('NotOurs', 'returns'), 300);
    expect(told(world, 'returns').message).toContain(
      `aws ec2 create-tags --region eu-central-1 --resources ${snapshotId} --tags Key=nami.dev/adoptable-by,Value=simulated/default/returns`,
    );
    await world.run(300);
    expect(aws.made('vol')).toBe(before);
    expect(aws.ssm.parameters.filter(({ name }) => /returns.*store-password/.test(name))).toEqual([]);
    tagSnapshot(world, snapshotId, adoptableBy('returns'));
    await world.until(isReady('returns'), 900);
    const next = await stored(world, 'returns');
    expect(eventsOf(world, 'returns')).toEqual([event, next]);
    // Those that came later are not in it.
    expect([...(databaseOf(world, 'returns')?.users.keys() ?? [])]).toEqual(['nami']);
    // The other goes on as it was.
    await stored(world, 'orders');
    expect(kubernetes.condition('orders', 'Ready')?.status).toBe('True');
  });

  test('that is pending is waited for, and its progress told', async () => {
    const world = await simulate({ times: { snapshotPending: 1200 } });
    apply(world, 'orders', {});
    await world.until(isReady('orders'), 300);
    const event = await stored(world, 'orders');
    const snapshotId = takeSnapshot(world);
    tagSnapshot(world, snapshotId, adoptableBy('returns'));
    apply(world, 'returns', { snapshotId });
    await world.until(
      (each) => told(each, 'returns').message.includes(`the snapshot ${snapshotId} is complete: 0%`),
      300,
    );
    expect(world.kubernetes.condition('returns', 'Stalled')?.status).toBe('False');
    expect(world.aws.made('vol')).toBe(1);
    await world.until(isReady('returns'), 1800);
    expect(eventsOf(world, 'returns')).toEqual([event]);
  });

  test.each<[string, (world: World, id: string) => object, RegExp, (world: World, id: string) => void]>([
    [
      'failed',
      ({ aws }, id) => aws.ec2.snapshots.change(id, { failure: 'internal error' }) ?? {},
      /snap-\w+ failed \(internal error\), and holds nothing: name another one/,
      ({ aws }, id) => aws.ec2.snapshots.change(id, { failure: undefined } as object),
    ],
    [
      'is of another account',
      ({ aws }, id) => aws.ec2.snapshots.change(id, { accountId: '999999999999' }) ?? {},
      /is of the account 999999999999: copy it into this one with: aws ec2 copy-snapshot .*--source-snapshot-id snap-/,
      ({ aws }, id) => aws.ec2.snapshots.change(id, { accountId: undefined } as object),
    ],
    [
      'is not there',
      () => ({ snapshotId: 'snap-00000000000000000' }),
      /snap-00000000000000000 is not there in eu-central-1, or is of another account: correct store\.managed\.volume\.snapshotId/,
      (world, snapshotId) => apply(world, 'returns', { snapshotId }),
    ],
    [
      'is larger than the volume is to be',
      () => ({ sizeGiB: 4 }),
      /is of a volume of 8 GiB: raise store\.managed\.volume\.sizeGiB/,
      (world, snapshotId) => apply(world, 'returns', { snapshotId, sizeGiB: 8 }),
    ],
  ])('that %s is refused in words, and nothing is made in its place', async (_, spoil, words, mend) => {
    const { world, event, snapshotId } = await withSnapshot();
    tagSnapshot(world, snapshotId, adoptableBy('returns'));
    const { sizeGiB, snapshotId: named = snapshotId } = spoil(world, snapshotId) as {
      sizeGiB?: number;
      snapshotId?: string;
    };
    apply(world, 'returns', { snapshotId: named, ...(sizeGiB !== undefined && { sizeGiB }) });
    await world.until(isTold('SnapshotInvalid', 'returns'), 300);
    expect(told(world, 'returns').message).toMatch(words);
    expect(world.kubernetes.condition('returns', 'Stalled')?.status).toBe('True');
    await world.run(300);
    expect(world.aws.made('vol')).toBe(1);
    mend(world, snapshotId);
    await world.until(isReady('returns'), 900);
    expect(eventsOf(world, 'returns')).toEqual([event]);
  });

  test.each<[string, (world: World, id: string) => void, RegExp]>([
    [
      'is gone',
      ({ aws }) => {
        for (const { name } of aws.ssm.parameters.filter((each) => each.name.endsWith('/store-password')))
          aws.ssm.parameters.delete(name);
      },
      /the parameter \/nami\/\S+\/store-password with the password of the database on snap-\w+ is not there any more: put it back with: aws ssm put-parameter/,
    ],
    [
      'is named by no tag',
      ({ aws }, id) => aws.ec2.snapshots.change(id, { tags: adoptableBy('returns') }),
      /no tag of snap-\w+ names the parameter.*Key=nami\.dev\/credentials,Value=<name of the parameter>/,
    ],
  ])('whose password %s is refused in words', async (_, spoil, words) => {
    const { world, snapshotId } = await withSnapshot();
    tagSnapshot(world, snapshotId, adoptableBy('returns'));
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    spoil(world, snapshotId);
    apply(world, 'returns', { snapshotId });
    await world.until(isTold('StorePasswordLost', 'returns'), 300);
    expect(told(world, 'returns').message).toMatch(words);
    expect(world.aws.made('vol')).toBe(1);
  });

  test.each([0, 29, 30, 31])(
    'has the secret that is its own, although other credentials were asked for %i s before',
    async (seconds) => {
      const { world, event, snapshotId, volumeId } = await withSnapshot();
      world.kubernetes.annotate('orders', { 'nami.dev/rotate-credentials': 'now' });
      await world.run(seconds);
      world.kubernetes.apply({
        metadata: { name: 'orders', annotations: { 'nami.dev/replace-volume': volumeId } },
        spec: { store: { managed: { volume: { snapshotId } } } },
      });
      await world.until(({ aws }) => aws.ec2.volumes.size === 2, 300);
      await world.until(isReady('orders'), 900);
      await world.run(900);
      const next = await stored(world, 'orders');
      expect(eventsOf(world, 'orders')).toEqual([event, next]);
      const [user = ''] = secretOf(world, 'orders').value.split(':');
      expect([...(databaseOf(world, 'orders')?.users.keys() ?? [])]).toContain(user);
      expect(user).not.toBe('nami');
    },
  );

  test.each([
    ['PutParameter', 'before'],
    ['PutParameter', 'after'],
    ['CreateVolume', 'before'],
    ['CreateVolume', 'after'],
    ['RunInstances', 'before'],
    ['RunInstances', 'after'],
    ['AttachVolume', 'after'],
    ['TerminateInstances', 'after'],
    ['UpdateFunctionConfiguration', 'after'],
  ])('is restored once, where the operator dies at %s, %s it took effect', async (command, when) => {
    const { world, event, snapshotId, volumeId } = await withSnapshot({ times: BRISK });
    world.aws.faults.lag(5, 'ec2');
    await rotate(world);
    world.kubernetes.apply({
      metadata: { name: 'orders', annotations: { 'nami.dev/replace-volume': volumeId } },
      spec: { store: { managed: { volume: { snapshotId } } } },
    });
    let isDead = false;
    world.onOutward = (at, { name }) => {
      if (isDead || at !== when || !name.endsWith(`:${command}`)) return;
      isDead = true;
      world.crash();
    };
    await world.until(({ aws }) => aws.ec2.volumes.size === 2, 900);
    await world.until(isReady('orders'), 1500);
    await world.run(600);
    expect(isDead).toBe(true);
    const next = await stored(world, 'orders');
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
    expect(world.aws.made('vol')).toBe(2);
    expect(world.aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined)).toHaveLength(1);
  });
});

/** Whose operator has made what is to be restored: another, in the same account. */
const ELSEWHERE = 'elsewhere';

/** A snapshot of `orders` of another cluster, with other credentials than its first, and nothing else of that cluster but its secret. */
async function withForeignSnapshot() {
  const world = await simulate();
  const { aws, kubernetes } = world;
  apply(world, 'orders', {});
  await world.until(isReady('orders'), 300);
  await rotate(world);
  const event = await stored(world, 'orders');
  const snapshotId = takeSnapshot(world);
  await world.run(130);
  kubernetes.delete('orders');
  await world.until(isGone('orders'), 1500);
  const secret = secretOf(world, 'orders');
  const name = '/nami/nami-default-orders_deadbeef/store-password';
  const tags = { ...secret.tags, 'nami.dev/cluster': ELSEWHERE };
  aws.ssm.parameters.set(name, { ...secret, name, tags });
  tagSnapshot(world, snapshotId, {
    'nami.dev/cluster': ELSEWHERE,
    'nami.dev/namespace-uid': 'of-another-cluster',
    'nami.dev/credentials': name,
  });
  aws.ssm.parameters.delete(secret.name);
  for (const { id } of aws.ec2.volumes.values()) aws.ec2.volumes.delete(id);
  await world.run(60);
  keepFromOthers(world);
  return { world, event, snapshotId, name, secret };
}

/** AWS refuses what the operator's policy keeps from it: parameters of another cluster that were not handed over. */
function keepFromOthers({ aws }: World): void {
  aws.beforeCall = (call) => {
    const { Name = '' } = call.input as { Name?: string };
    const { tags } = (call.service === 'ssm' && aws.ssm.parameters.get(Name)) || { tags: {} };
    const { 'nami.dev/cluster': cluster, 'nami.dev/adoptable-by': adopter } = tags as Record<string, string>;
    if (cluster === ELSEWHERE && !adopter?.startsWith('simulated/'))
      throw new AwsError(
        'AccessDeniedException',
        `User: arn:aws:sts::123456789012:assumed-role/nami-operator/x is not authorized to perform: ssm:${call.command} on resource: arn:aws:ssm:eu-central-1:123456789012:parameter${Name} with an explicit deny in an identity-based policy`,
      );
  };
}

/** Does in AWS what a message says, by the command in it. */
function obey(world: World): void {
  const { aws } = world;
  const { message } = told(world);
  const [, service, command, id = '', key = '', value = ''] =
    /aws (ec2|ssm) (create-tags|add-tags-to-resource) --region eu-central-1 (?:--resource-type Parameter )?--resource(?:s|-id) (\S+) --tags Key=([^,]+),Value=([^\s;]+)/.exec(
      message,
    ) ?? [];
  const Tags = [{ Key: key, Value: value }];
  if (service === 'ec2') ask(aws.ec2.operations, 'CreateTags', { Resources: [id], Tags });
  else if (service === 'ssm')
    ask(aws.ssm.operations, 'AddTagsToResource', { ResourceType: 'Parameter', ResourceId: id, Tags });
  else throw new Error(`it names no command (${command}): ${message}`);
}

describe("another cluster's snapshot", () => {
  test('is restored by the commands that the status says, one after the other, and what is the other cluster’s stays', async () => {
    const { world, event, snapshotId, name, secret } = await withForeignSnapshot();
    const { aws, kubernetes } = world;
    const made = aws.made('vol');
    apply(world, 'orders', { snapshotId, reclaimPolicy: 'Delete' });
    await world.until(isTold('NotOurs'), 300);
    expect(told(world).message).toContain(`--resources ${snapshotId} `);
    obey(world);
    await world.until((each) => told(each).message.includes(`--resource-id ${name} `), 300);
    expect(told(world).reason).toBe('NotOurs');
    expect(kubernetes.condition('orders', 'Stalled')?.status).toBe('True');
    expect(aws.made('vol')).toBe(made);
    obey(world);
    await world.until(isReady('orders'), 900);
    const next = await stored(world, 'orders');
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
    expect(aws.made('vol')).toBe(made + 1);
    const own = aws.ssm.parameters.filter(
      (each) => each.name.endsWith('/store-password') && each.name !== name,
    );
    expect(own.map(({ value }) => value)).toEqual([secret.value]);

    const theirs = () => JSON.stringify([aws.ec2.snapshots.get(snapshotId), aws.ssm.parameters.get(name)]);
    const before = theirs();
    kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    expect(aws.ec2.volumes.size).toBe(0);
    expect(theirs()).toBe(before);
    expect(JSON.stringify([kubernetes.events, world.log])).not.toContain(secret.value.split(':')[1]);
  });

  test('whose parameter is gone is restored once somebody who knows the credentials puts them there', async () => {
    const { world, event, snapshotId, name, secret } = await withForeignSnapshot();
    const { aws } = world;
    aws.ssm.parameters.delete(name);
    tagSnapshot(world, snapshotId, adoptableBy('orders'));
    apply(world, 'orders', { snapshotId });
    await world.until(isTold('StorePasswordLost'), 300);
    expect(told(world).message).toContain(
      `aws ssm put-parameter --region eu-central-1 --type SecureString --name ${name} --value '<the password>'`,
    );
    ask(aws.ssm.operations, 'PutParameter', { Name: name, Type: 'SecureString', Value: secret.value });
    await world.until(isReady('orders'), 900);
    const next = await stored(world, 'orders');
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
  });

  test('whose tag names a parameter that is not of its database says that the store refuses it, and heals', async () => {
    const { world, event, snapshotId, name, secret } = await withForeignSnapshot();
    const { aws } = world;
    tagSnapshot(world, snapshotId, adoptableBy('orders'));
    aws.ssm.parameters.set(name, { name, type: 'SecureString', value: 'of-something-else', tags: {} });
    apply(world, 'orders', { snapshotId });
    await world.until((each) => told(each).message.includes('Authentication failed'), 900);
    expect(told(world).message).toContain('it refuses the user and password that the SSM parameter');
    const own = first(
      aws.ssm.parameters.filter((each) => each.name.endsWith('/store-password') && each.name !== name),
    );
    ask(aws.ssm.operations, 'PutParameter', { Name: own.name, Value: secret.value, Overwrite: true });
    await world.until(isReady('orders'), 1200);
    const next = await stored(world, 'orders');
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
  });
});

describe('a volume', () => {
  test('goes to another pipeline only where it is handed over, and is its own from then on', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    const { aws, kubernetes } = world;
    apply(world, 'returns', { volumeId, reclaimPolicy: 'Delete' });
    await world.until(isTold('NotOurs', 'returns'), 300);
    expect(told(world, 'returns').message).toContain(
      `aws ec2 create-tags --region eu-central-1 --resources ${volumeId} --tags Key=nami.dev/adoptable-by,Value=simulated/default/returns`,
    );
    await world.run(300);
    expect(aws.ec2.volumes.get(volumeId)?.tags['nami.dev/name']).toBe('orders');
    tagVolume(world, volumeId, adoptableBy('returns'));
    aws.faults.lag(5, 'ec2');
    await world.until(isReady('returns'), 900);
    const next = await stored(world, 'returns');
    expect(eventsOf(world, 'returns')).toEqual([event, next]);
    expect(aws.made('vol')).toBe(1);
    const { tags } = first(aws.ec2.volumes.values());
    expect(tags).toMatchObject({ 'nami.dev/name': 'returns', 'nami.dev/object': 'data' });
    expect(tags['nami.dev/credentials']).toMatch(/returns/);
    kubernetes.delete('returns');
    await world.until(isGone('returns'), 1500);
    expect(aws.ec2.volumes.size).toBe(0);
  });

  test('of another cluster is the own of whom it is handed over to, with the credentials, and follows it from then on', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    const { aws } = world;
    const theirs = { 'nami.dev/cluster': 'elsewhere' };
    const secret = secretOf(world, 'orders');
    const name = secret.name.replace('-orders_', '-theirs_');
    const handedOver = { ...theirs, ...adoptableBy('returns') };
    aws.ssm.parameters.set(name, { ...secret, name, tags: { ...secret.tags, ...handedOver } });
    tagVolume(world, volumeId, { ...handedOver, 'nami.dev/credentials': name });

    apply(world, 'returns', { volumeId, reclaimPolicy: 'Delete' });
    await world.until(isReady('returns'), 1500);
    const next = await stored(world, 'returns');
    expect(eventsOf(world, 'returns')).toEqual([event, next]);
    expect(aws.ec2.volumes.get(volumeId)?.tags).toMatchObject({
      'nami.dev/cluster': 'simulated',
      'nami.dev/name': 'returns',
    });

    world.kubernetes.delete('returns');
    await world.until(isGone('returns'), 1500);
    expect(aws.ec2.volumes.get(volumeId)).toBeUndefined();
    expect(aws.ssm.parameters.get(name)?.tags).toMatchObject(theirs);
  });

  test('is found by its pipeline, made anew under its name, whether that names it or not', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    apply(world, 'orders', { volumeId });
    await world.until(isReady('orders'), 900);
    expect(eventsOf(world, 'orders')).toEqual([event]);
    expect(world.aws.made('vol')).toBe(1);
  });

  test('comes to a present pipeline in place of its own, which stays', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    const { aws, kubernetes } = world;
    apply(world, 'returns', {});
    await world.until(isReady('returns'), 600);
    const own = first(aws.ec2.volumes.filter(({ id }) => id !== volumeId)).id;
    tagVolume(world, volumeId, adoptableBy('returns'));
    apply(world, 'returns', { volumeId });
    await world.until(isTold('VolumeNotReplaced', 'returns'), 300);
    kubernetes.annotate('returns', { 'nami.dev/replace-volume': own });
    await world.until(
      ({ kubernetes: { get } }) => JSON.stringify(get.call(kubernetes, 'returns')?.status).includes(volumeId),
      900,
    );
    await world.until(isReady('returns'), 900);
    const next = await stored(world, 'returns');
    expect(eventsOf(world, 'returns')).toEqual([event, next]);
    expect(aws.ec2.volumes.get(own)?.tags['nami.dev/name']).toBe('returns');
  });

  test.each<[string, (world: World) => Promise<void>, boolean]>([
    ['is made anew', madeAnew, false],
    ['is made anew, though the operator died when it had made the other', madeAnew, true],
    ['has had another store for a while', elsewhereForAWhile, false],
  ])('that was given up is not taken again by a pipeline that %s', async (_, comeBack, dies) => {
    const world = await simulate();
    const { aws, kubernetes } = world;
    apply(world, 'orders', {});
    await world.until(isReady('orders'), 300);
    const { id: volumeId } = first(aws.ec2.volumes.values());
    if (dies) world.crashOn(({ command }) => command === 'CreateVolume');
    kubernetes.annotate('orders', { 'nami.dev/replace-volume': volumeId });
    await world.until(() => aws.ec2.volumes.size === 2, 300);
    await world.run(120);
    await world.until(isReady('orders'), 900);
    const event = await stored(world, 'orders');
    kubernetes.annotate('orders', { 'nami.dev/replace-volume': null });
    await world.run(60);

    await comeBack(world);
    await world.until(isReady('orders'), 900);
    const next = await stored(world, 'orders');
    expect(eventsOf(world, 'orders')).toEqual([event, next]);
    expect(aws.ec2.volumes.size).toBe(2);
  });

  test.each([false, true])(
    'that was given up comes back when it is named (rotated meanwhile: %s)',
    async (isRotated) => {
      const world = await simulate();
      const { aws, kubernetes } = world;
      const wish = (volume: object, givenUp: string) =>
        kubernetes.apply({
          metadata: { name: 'orders', annotations: { 'nami.dev/replace-volume': givenUp } },
          spec: { store: { managed: { volume } } },
        });
      apply(world, 'orders', {});
      await world.until(isReady('orders'), 300);
      const event = await stored(world, 'orders');
      const { id: volumeId } = first(aws.ec2.volumes.values());
      const known = secretOf(world, 'orders').value;
      wish({}, volumeId);
      await world.until(() => aws.ec2.volumes.size === 2, 300);
      await world.run(60);
      await world.until(isReady('orders'), 900);
      const meanwhile = await stored(world, 'orders');
      const other = first(aws.ec2.volumes.filter(({ id }) => id !== volumeId)).id;
      expect(holding(world, meanwhile).map((each) => each.volumeId)).toEqual([other]);
      if (isRotated) await rotate(world);

      wish({ volumeId }, other);
      if (isRotated) {
        await world.until((each) => told(each).message.includes('back to an earlier version'), 900);
        expect(kubernetes.condition('orders', 'Healthy')?.reason).toBe('AuthFailed');
        const { name } = secretOf(world, 'orders');
        ask(aws.ssm.operations, 'PutParameter', { Name: name, Value: known, Overwrite: true });
      }
      await world.run(120);
      await world.until(isReady('orders'), 1800);
      const next = await stored(world, 'orders');
      expect(eventsOf(world, 'orders')).toEqual([event, next]);
      expect(aws.ec2.volumes.size).toBe(2);
      if (isRotated) await world.until((each) => secretOf(each, 'orders').value !== known, 300);
    },
  );

  test.each<
    [string, (world: World, id: string) => string | undefined, RegExp, (world: World, id: string) => void]
  >([
    [
      'is not there, or of another account',
      () => 'vol-00000000000000000',
      /vol-00000000000000000 is not there in eu-central-1, or is of another account: correct store\.managed\.volume\.volumeId/,
      (world, volumeId) => apply(world, 'returns', { volumeId }),
    ],
    [
      'is not encrypted',
      ({ aws }, id) => void aws.ec2.volumes.change(id, { isUnencrypted: true }),
      /is not encrypted: take a snapshot of it and name that in store\.managed\.volume\.snapshotId/,
      ({ aws }, id) => aws.ec2.volumes.change(id, { isUnencrypted: undefined } as object),
    ],
    [
      'is attached elsewhere',
      ({ aws }, id) => {
        const host = first(aws.ec2.instances.values());
        aws.ec2.instances.set('i-other', {
          ...host,
          id: 'i-other',
          tags: {},
          endedAt: undefined,
        } as typeof host);
        aws.ec2.volumes.change(id, { attachment: { instanceId: 'i-other', device: '/dev/sdf', at: 0 } });
        return undefined;
      },
      /is attached to i-other: end what writes to it there, and detach it with: aws ec2 detach-volume/,
      ({ aws }, id) => aws.ec2.volumes.change(id, { attachment: undefined }),
    ],
  ])('that %s is refused in words, and none is made in its place', async (_, spoil, words, mend) => {
    const { world, event, volumeId } = await withVolumeLeft();
    tagVolume(world, volumeId, adoptableBy('returns'));
    const named = spoil(world, volumeId) ?? volumeId;
    apply(world, 'returns', { volumeId: named });
    await world.until(isTold('VolumeInvalid', 'returns'), 300);
    expect(told(world, 'returns').message).toMatch(words);
    await world.run(300);
    expect(world.aws.made('vol')).toBe(1);
    mend(world, volumeId);
    await world.until(isReady('returns'), 900);
    expect(eventsOf(world, 'returns')).toEqual([event]);
  });

  test('has its host come to its zone, and is grown to what is asked for', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    tagVolume(world, volumeId, adoptableBy('returns'));
    world.aws.ec2.volumes.change(volumeId, { zone: 'eu-central-1b' });
    apply(world, 'returns', { volumeId, sizeGiB: 20 });
    await world.until(isReady('returns'), 900);
    expect(eventsOf(world, 'returns')).toEqual([event]);
    expect(world.aws.ec2.volumes.get(volumeId)).toMatchObject({ zone: 'eu-central-1b', sizeGiB: 20 });
  });

  test('of another zone than the subnets that are named is said, with what to add', async () => {
    const { world, event, volumeId } = await withVolumeLeft();
    const { aws } = world;
    tagVolume(world, volumeId, adoptableBy('returns'));
    const subnet = first(aws.ec2.subnets.values());
    aws.ec2.volumes.change(volumeId, { zone: 'eu-central-1b' });
    const network = { vpcId: subnet.vpcId, subnetIds: [subnet.id] };
    world.kubernetes.apply({
      metadata: { name: 'returns' },
      spec: { network, store: { managed: { volume: { volumeId } } } },
    });
    await world.until(
      ({ kubernetes }) => kubernetes.condition('returns', 'Ready')?.reason === 'VolumeInOtherZone',
      300,
    );
    expect(world.kubernetes.condition('returns', 'Ready')?.message).toContain(
      `the volume ${volumeId} is in eu-central-1b, and the subnets of spec.network.subnetIds are in ${subnet.zone}: add a subnet in that zone`,
    );
    aws.ec2.volumes.change(volumeId, { zone: subnet.zone });
    await world.until(isReady('returns'), 1200);
    expect(eventsOf(world, 'returns')).toEqual([event]);
  });

  test.each(['PutParameter', 'CreateTags', 'RunInstances', 'AttachVolume'])(
    'is taken once, where the operator dies at %s',
    async (command) => {
      const { world, event, volumeId } = await withVolumeLeft({ times: BRISK });
      tagVolume(world, volumeId, adoptableBy('returns'));
      world.aws.faults.lag(5, 'ec2');
      apply(world, 'returns', { volumeId });
      world.crashOn((call) => call.command === command);
      await world.until(isReady('returns'), 1500);
      const next = await stored(world, 'returns');
      expect(eventsOf(world, 'returns')).toEqual([event, next]);
      expect(world.aws.made('vol')).toBe(1);
    },
  );
});
