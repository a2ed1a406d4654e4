import { describe, expect, test } from 'vitest';
import { type VolumeDesired, volume } from '../../../../src/aws/kinds/volume.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, scripted } from './scripted-account.ts';

const DESIRED: VolumeDesired = {
  object: 'data',
  expectedId: '',
  givenUpId: '',
  zone: 'eu-central-1a',
  sizeGiB: 8,
  type: 'gp3',
  iops: 3000,
  throughput: 125,
};
const listed = (fields: object = {}) => ({
  VolumeId: 'vol-1',
  State: 'in-use',
  Size: 8,
  VolumeType: 'gp3',
  Iops: 3000,
  Throughput: 125,
  CreateTime: new Date(1000),
  ...fields,
});
const aws = (...volumes: object[]) =>
  scripted({
    DescribeVolumes: () => ({ Volumes: volumes }),
    CreateVolume: () => ({}),
    ModifyVolume: () => ({}),
  });

/** What differs, and what is asked of AWS to mend it. */
async function compared(actual: object, desired: VolumeDesired) {
  const run = aws(actual);
  const found = await volume.find(run.account, desired, OWNER);
  if (!found) throw new Error('it is there');
  const differences = volume.compare(found, desired);
  await volume.update(run.account, desired, found, OWNER);
  return { differences, asked: run.inputs('ModifyVolume')[0] };
}

describe('the volume', () => {
  test('never shrinks, whoever made it larger', async () => {
    const { differences, asked } = await compared(listed({ Size: 100 }), DESIRED);
    expect(differences).toEqual([]);
    expect(asked).toMatchObject({ Size: 100 });
  });

  test('grows', async () => {
    const { differences, asked } = await compared(listed(), { ...DESIRED, sizeGiB: 20 });
    expect(differences).toEqual(['sizeGiB']);
    expect(asked).toMatchObject({ VolumeId: 'vol-1', Size: 20 });
  });

  test('takes more operations, and goes back to fewer', async () => {
    expect((await compared(listed(), DESIRED)).differences).toEqual([]);
    expect(await compared(listed(), { ...DESIRED, iops: 4000 })).toMatchObject({
      differences: ['iops'],
      asked: { Iops: 4000 },
    });
    expect(await compared(listed({ Iops: 4000 }), DESIRED)).toMatchObject({
      differences: ['iops'],
      asked: { Iops: 3000 },
    });
  });

  test('takes more throughput, goes back to less, and of io2 none is asked for', async () => {
    expect(await compared(listed(), { ...DESIRED, throughput: 250 })).toMatchObject({
      differences: ['throughput'],
      asked: { Throughput: 250 },
    });
    expect(await compared(listed({ Throughput: 250 }), DESIRED)).toMatchObject({
      differences: ['throughput'],
      asked: { Throughput: 125 },
    });
    const io2 = { ...DESIRED, type: 'io2', iops: 4000, throughput: undefined } as const;
    expect((await compared(listed({ VolumeType: 'io2', Iops: 4000 }), io2)).differences).toEqual([]);
  });

  test.each<[string, string, string, object | undefined, string]>([
    [
      'while AWS still changes it',
      'IncorrectModificationState',
      '',
      { ModificationState: 'optimizing', Progress: 37 },
      'AWS takes the next change of vol-1 when its last one has ended: optimizing, 37% done',
    ],
    [
      'from when AWS says on',
      'VolumeModificationRateExceeded',
      'You can modify it again at 2026-11-28T14:05:00.000Z.',
      { ModificationState: 'completed', StartTime: new Date('2026-11-27T20:00:00Z') },
      'AWS takes the next change of vol-1 from 2026-11-28 14:05 UTC on',
    ],
    [
      'after as many hours as AWS says',
      'VolumeModificationRateExceeded',
      'Wait at least 6 hours between modifications per EBS volume.',
      { ModificationState: 'completed', StartTime: new Date('2026-11-28T08:05:10Z') },
      'AWS takes the next change of vol-1 from 2026-11-28 14:05 UTC on',
    ],
    [
      'a day after its last change where AWS does not say',
      'VolumeModificationRateExceeded',
      'Too many.',
      { ModificationState: 'completed', StartTime: new Date('2026-11-27T14:05:10Z') },
      'AWS takes the next change of vol-1 from 2026-11-28 14:05 UTC on',
    ],
    [
      'some time where AWS knows of no change',
      'VolumeModificationRateExceeded',
      'Too many.',
      undefined,
      'AWS takes no further change of vol-1 for now: Too many.',
    ],
  ])('waits %s, and is asked for once meanwhile', async (_, code, message, modification, words) => {
    const run = scripted({
      DescribeVolumes: () => ({ Volumes: [listed()] }),
      ModifyVolume: () => refuse(code, message),
      DescribeVolumesModifications: () =>
        modification
          ? { VolumesModifications: [{ VolumeId: 'vol-1', ...modification }] }
          : refuse('InvalidVolumeModification.NotFound'),
    });
    const wanted = { ...DESIRED, sizeGiB: 20 };
    const found = await volume.find(run.account, wanted, OWNER);
    if (!found) throw new Error('it is there');
    const update = () => volume.update(run.account, wanted, found, OWNER);
    for (let look = 0; look < 3; look++)
      await expect(update()).rejects.toMatchObject({ name: 'RequeueAfter', message: words });
    expect(run.inputs('ModifyVolume')).toHaveLength(1);
    await run.clock.advance(61_000);
    await expect(update()).rejects.toThrow(words);
    expect(run.inputs('ModifyVolume')).toHaveLength(2);
  });

  test('is the oldest of several, for that one holds the events', async () => {
    const younger = listed({ VolumeId: 'vol-2', CreateTime: new Date(2000) });
    const { account } = aws(younger, listed());
    expect(await volume.find(account, DESIRED, OWNER)).toMatchObject({ id: 'vol-1' });
  });

  test.each([
    ['creating', 'pending'],
    ['error', 'pending'],
    ['deleting', 'leaving'],
    ['available', 'ready'],
    [undefined, 'pending'],
  ])('that is %s is %s', async (State, is) => {
    const { account } = aws(listed({ State }));
    expect(await volume.find(account, DESIRED, OWNER)).toMatchObject({ state: { is } });
  });

  test('that is deleted is none', async () => {
    const { account } = aws(listed({ State: 'deleted' }));
    expect(await volume.find(account, DESIRED, OWNER)).toBeUndefined();
  });

  test('is encrypted, in its zone, and tagged from the first moment', async () => {
    const run = aws();
    await volume.create(run.account, DESIRED, { ...OURS, 'nami.dev/object': 'data' }, OWNER);
    const [input] = run.inputs('CreateVolume');
    expect(input).toMatchObject({ Encrypted: true, AvailabilityZone: 'eu-central-1a', Size: 8, Iops: 3000 });
    expect(JSON.stringify(input?.TagSpecifications)).toContain('nami.dev/name');
  });

  test('that is asked for twice is one, and long after the first another', async () => {
    const run = aws();
    await volume.create(run.account, DESIRED, OURS, OWNER);
    await run.clock.advance(1000);
    await volume.create(run.account, DESIRED, OURS, OWNER);
    await run.clock.advance(3_600_000);
    await volume.create(run.account, DESIRED, OURS, OWNER);
    const [first, second, third] = run.inputs('CreateVolume').map(({ ClientToken }) => ClientToken);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe('the volume that is known', () => {
  const TAGS = { ...OWNER.identity, 'nami.dev/object': 'data' };
  const tagged = (tags: object) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const KNOWN = listed({ Tags: tagged(TAGS) });
  const OTHER = listed({ VolumeId: 'vol-2', Tags: tagged(TAGS) });
  const wanted = { ...DESIRED, expectedId: 'vol-1' };
  /** What is listed by tags, and what is there by id. */
  const find = (byTags: object[], byId: object[], desired = wanted) => {
    const run = scripted({
      DescribeSnapshots: () => refuse('InvalidSnapshot.NotFound'),
      DescribeVolumes: ({ VolumeIds }) =>
        VolumeIds && byId.length === 0
          ? refuse('InvalidVolume.NotFound')
          : { Volumes: VolumeIds ? byId : byTags },
    });
    return volume.find(run.account, desired, OWNER);
  };

  test('is taken among several, however old', async () => {
    const younger = listed({ CreateTime: new Date(9000), Tags: tagged(TAGS) });
    expect(await find([OTHER, younger], [])).toMatchObject({ id: 'vol-1' });
  });

  test('is taken although one answer does not list it', async () => {
    expect(await find([], [KNOWN])).toMatchObject({ id: 'vol-1' });
  });

  test('without its tags is no reason for another, and the tags to put back are told', async () => {
    const untagged = listed({ Tags: [] });
    await expect(find([], [untagged])).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'VolumeTagsLost',
      message: expect.stringContaining(
        'aws ec2 create-tags --region eu-central-1 --resources vol-1 --tags Key=nami.dev/cluster,Value=c Key=nami.dev/namespace,Value=shop Key=nami.dev/name,Value=orders Key=nami.dev/object,Value=data',
      ),
    });
    await expect(find([OTHER], [untagged])).rejects.toMatchObject({
      reason: 'VolumeTagsLost',
      message: expect.stringContaining('vol-2 carries them'),
    });
  });

  test.each<[string, object[]]>([
    ['that is not there any more', []],
    ['that is deleted', [listed({ State: 'deleted' })]],
  ])('%s is not replaced by itself', async (_, byId) => {
    await expect(find([], byId)).rejects.toMatchObject({
      reason: 'VolumeGone',
      message: expect.stringMatching(
        /restore it from a snapshot.*or annotate.*replace-volume=vol-1 to begin/,
      ),
    });
    await expect(find([OTHER], byId)).rejects.toMatchObject({
      reason: 'VolumeGone',
      message: expect.stringContaining('replace-volume=vol-1 to go on with vol-2'),
    });
  });

  test('is followed by the one that someone restored from a snapshot and tagged', async () => {
    expect(await find([{ ...OTHER, SnapshotId: 'snap-1' }], [])).toMatchObject({ id: 'vol-2' });
  });

  test('gives way when it is given up by name, and by no other name', async () => {
    const givenUp = { ...wanted, givenUpId: 'vol-1' };
    expect(await find([KNOWN], [KNOWN], givenUp)).toBeUndefined();
    expect(await find([KNOWN, OTHER], [], givenUp)).toMatchObject({ id: 'vol-2' });
    expect(await find([KNOWN], [], { ...wanted, givenUpId: 'vol-9' })).toMatchObject({ id: 'vol-1' });
  });
});

describe('a volume that begins with something', () => {
  const SNAPSHOT = {
    SnapshotId: 'snap-0123456789abcdef0',
    VolumeId: 'vol-0fedcba9876543210',
    VolumeSize: 8,
    OwnerId: '123456789012',
    State: 'completed',
    Tags: Object.entries(OURS).map(([Key, Value]) => ({ Key, Value })),
  };
  const fromSnapshot = { ...DESIRED, origin: { snapshotId: SNAPSHOT.SnapshotId } };
  const withSnapshot = (snapshot: object, ...volumes: object[]) =>
    scripted({
      DescribeVolumes: () => ({ Volumes: volumes }),
      DescribeSnapshots: () => ({ Snapshots: [{ ...SNAPSHOT, ...snapshot }] }),
      CreateVolume: () => ({ VolumeId: 'vol-1', State: 'creating' }),
    });
  const given = (value: string) => ({
    Tags: [...SNAPSHOT.Tags, { Key: 'nami.dev/made-from', Value: value }],
  });

  test.each([
    ['the volume of its snapshot', {}, 'vol-0fedcba9876543210'],
    [
      'those that this was made from as well',
      given('vol-0aaaaaaaa,vol-0bbbbbbbb'),
      'vol-0fedcba9876543210,vol-0aaaaaaaa,vol-0bbbbbbbb',
    ],
    ['nothing that is no id of a volume', given("vol-0aaaaaaaa'; reboot"), 'vol-0fedcba9876543210'],
  ])('says that it was made from %s', async (_, snapshot, madeFrom) => {
    const run = withSnapshot(snapshot);
    const made = await volume.create(run.account, fromSnapshot, OURS, OWNER);
    expect(made.outputs.madeFrom).toBe(madeFrom);
    expect(made.tags).toMatchObject({ 'nami.dev/made-from': madeFrom });
    const [input] = run.inputs('CreateVolume');
    expect(input).toMatchObject({ SnapshotId: SNAPSHOT.SnapshotId, Size: 8, Encrypted: true });
    expect(JSON.stringify(input?.TagSpecifications)).toContain(madeFrom);
  });

  test('of another account has none, whatever its tags say', async () => {
    const run = withSnapshot({ OwnerId: '999999999999' });
    await expect(volume.create(run.account, fromSnapshot, OURS, OWNER)).rejects.toMatchObject({
      reason: 'SnapshotInvalid',
    });
    expect(run.writes()).toEqual([]);
  });

  const begun = (id: string, at: number, SnapshotId = '') =>
    listed({ VolumeId: id, CreateTime: new Date(at), SnapshotId });

  test.each<[string, object[], Partial<VolumeDesired>, string | undefined]>([
    ['is the one that did', [begun('vol-1', 1), begun('vol-2', 2, SNAPSHOT.SnapshotId)], {}, 'vol-2'],
    ['is what there is where nothing was given up', [begun('vol-1', 1)], {}, 'vol-1'],
    [
      'is a new one in place of what was',
      [begun('vol-1', 1), begun('vol-2', 2)],
      { givenUpId: 'vol-2' },
      undefined,
    ],
    [
      'is none that was given up before',
      [begun('vol-1', 1, SNAPSHOT.SnapshotId), begun('vol-2', 2, SNAPSHOT.SnapshotId)],
      { givenUpId: 'vol-2' },
      undefined,
    ],
  ])('%s', async (_, volumes, more, id) => {
    const { account } = withSnapshot({}, ...volumes);
    expect((await volume.find(account, { ...fromSnapshot, ...more }, OWNER))?.id).toBe(id);
  });

  test('tells what speaks for one made by hand: its snapshot, and nothing where that is gone', async () => {
    const { account } = withSnapshot({}, begun('vol-1', 1, SNAPSHOT.SnapshotId));
    expect((await volume.find(account, DESIRED, OWNER))?.outputs.madeFrom).toBe('vol-0fedcba9876543210');
    const { account: without } = scripted({
      DescribeVolumes: () => ({ Volumes: [begun('vol-1', 1, SNAPSHOT.SnapshotId)] }),
      DescribeSnapshots: () => refuse('InvalidSnapshot.NotFound'),
    });
    expect((await volume.find(without, DESIRED, OWNER))?.outputs.madeFrom).toBe('');
  });
});
