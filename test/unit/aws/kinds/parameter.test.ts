import { describe, expect, test } from 'vitest';
import { POST_QUEUE_ENV } from '../../../../handlers/contract.ts';
import { type ParameterDesired, parameter } from '../../../../src/aws/kinds/parameter.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

type PasswordWish = Extract<ParameterDesired, { functionName: string }>;

const DESIRED: PasswordWish = {
  name: '/nami/orders/store-password',
  description: 'the password',
  volume: { object: 'data', expectedId: '', givenUpId: '' },
  functionName: 'post-queue',
};
const known = (more: Partial<PasswordWish['volume']> = {}): PasswordWish => ({
  ...DESIRED,
  volume: { ...DESIRED.volume, expectedId: 'vol-1', ...more },
});
const VOLUME = { VolumeId: 'vol-1', State: 'in-use', Tags: [] };
const withUri = (uri: string, managed = 'true'): Script => ({
  GetFunctionConfiguration: () => ({
    Environment: { Variables: { [POST_QUEUE_ENV.storeUri]: uri, [POST_QUEUE_ENV.managed]: managed } },
  }),
});
const aws = (volumes: object[], more: Script = {}) =>
  scripted({
    DescribeVolumes: () => ({ Volumes: volumes }),
    GetFunctionConfiguration: () => refuse('ResourceNotFoundException'),
    PutParameter: () => ({}),
    ...more,
  });
const made = async (run: ReturnType<typeof aws>, desired: ParameterDesired = DESIRED) => {
  await parameter.create(run.account, desired, OURS, OWNER);
  return run.inputs('PutParameter')[0]?.Value;
};

describe('the password of a store', () => {
  test('is made up for a new volume', async () => {
    expect(await made(aws([]))).toMatch(/^[\w-]{43}$/);
  });

  test.each<[string, object[], ParameterDesired]>([
    ['is there', [VOLUME], DESIRED],
    ['is known', [VOLUME], known()],
    ['is known, although no answer lists it', [], known()],
  ])('is taken back from the function where the volume %s', async (_, volumes, desired) => {
    const run = aws(volumes, withUri('mongodb://nami:hunter2@10.0.0.1:27017/?authSource=admin'));
    expect(await made(run, desired)).toBe('hunter2');
  });

  test('is taken back with its user, where it was rotated', async () => {
    const uri = 'mongodb://nami-01234567-89abcdef:hunter2@10.0.0.1:27017/?authSource=admin';
    expect(await made(aws([VOLUME], withUri(uri)))).toBe('nami-01234567-89abcdef:hunter2');
  });

  test.each<[string, Script]>([
    ['there is no function', {}],
    ['the function has none', withUri('')],
    ['the function goes to another store', withUri('mongodb://nami:other@elsewhere/', '')],
  ])('is never made up again where the volume is there and %s', async (_, script) => {
    const run = aws([VOLUME], script);
    const error: Error = await parameter.create(run.account, known(), OURS, OWNER).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({
      name: 'TerminalError',
      reason: 'StorePasswordLost',
      message: expect.stringMatching(
        /vol-1 .*aws ssm put-parameter --region eu-central-1 --type SecureString --name \/nami\/orders\/store-password .*--tags Key=nami\.dev\/cluster,Value=c .*replace-volume=vol-1/,
      ),
    });
    expect(error.message).not.toContain('other');
    expect(run.writes()).toEqual([]);
  });

  test('is made up for the volume that comes after one that is given up', async () => {
    expect(await made(aws([VOLUME]), known({ givenUpId: 'vol-1' }))).toMatch(/^[\w-]{43}$/);
  });
});

describe('the authority of a store', () => {
  const AUTHORITY: ParameterDesired = {
    name: '/nami/orders/store-authority',
    description: 'the authority',
    authority: 'Nami store',
  };

  test('is made up whether there is a volume or not, as a secret', async () => {
    const run = aws([VOLUME]);
    expect(await made(run, AUTHORITY)).toMatch(/PRIVATE KEY[\s\S]*BEGIN CERTIFICATE/);
    expect(run.inputs('PutParameter')).toMatchObject([{ Type: 'SecureString' }]);
  });

  test('gives others its certificate alone, when it is made and when it is found', async () => {
    const run = aws([]);
    const created = await parameter.create(run.account, AUTHORITY, OURS, OWNER);
    const Value = run.inputs('PutParameter')[0]?.Value;
    const { account } = scripted({
      GetParameter: () => ({ Parameter: { Name: AUTHORITY.name, Value } }),
      ListTagsForResource: () => ({ TagList: [] }),
    });
    const found = await parameter.find(account, AUTHORITY, OWNER);
    expect(found?.outputs).toEqual(created.outputs);
    expect(created.outputs).toEqual({ name: AUTHORITY.name, certificate: expect.stringMatching(/^MII/) });
  });
});

describe('the credentials of a database that is taken', () => {
  const SNAPSHOT = 'snap-0123456789abcdef0';
  const wished: PasswordWish = {
    ...DESIRED,
    volume: { ...DESIRED.volume, origin: { snapshotId: SNAPSHOT } },
  };
  const tagsOf = (more: object = {}) =>
    Object.entries({ ...OURS, 'nami.dev/credentials': '/nami/theirs', ...more }).map(([Key, Value]) => ({
      Key,
      Value,
    }));
  const taking = (volumes: object[], snapshot: object = {}) =>
    aws(volumes, {
      GetParameter: () => ({ Parameter: { Name: DESIRED.name, Value: 'present' } }),
      ListTagsForResource: () => ({ TagList: [] }),
      DescribeSnapshots: () => ({
        Snapshots: [
          {
            SnapshotId: SNAPSHOT,
            OwnerId: '123456789012',
            State: 'completed',
            StartTime: new Date(2000),
            Tags: tagsOf(),
            ...snapshot,
          },
        ],
      }),
      GetParameterHistory: () => ({
        Parameters: [
          { Version: 1, Value: 'earlier', LastModifiedDate: new Date(1000) },
          { Version: 2, Value: 'later', LastModifiedDate: new Date(3000) },
        ],
      }),
    });

  test('are those of the moment of its snapshot, out of the parameter that its tag names', async () => {
    const run = taking([]);
    expect(await made(run, wished)).toBe('earlier');
    expect(run.inputs('GetParameterHistory')).toMatchObject([{ Name: '/nami/theirs' }]);
  });

  test('take the place of others while there is no volume, and never after', async () => {
    const run = taking([]);
    const found = await parameter.find(run.account, wished, OWNER);
    if (!found) throw new Error('it is there');
    expect(parameter.compare(found, wished)).toEqual(['password']);
    expect(await parameter.update(run.account, wished, found, OWNER)).toMatchObject({
      outputs: { password: 'earlier' },
    });
    expect(run.inputs('PutParameter')).toMatchObject([{ Value: 'earlier', Overwrite: true }]);
    const later = await parameter.find(taking([VOLUME]).account, wished, OWNER);
    expect(later && parameter.compare(later, wished)).toEqual([]);
  });

  test.each([
    ['another pipeline', { Tags: tagsOf({ 'nami.dev/name': 'returns' }) }, 'NotOurs'],
    ['an earlier namespace', { Tags: tagsOf({ 'nami.dev/namespace-uid': 'before' }) }, 'OwnedByPredecessor'],
    ['another account', { OwnerId: '999999999999' }, 'SnapshotInvalid'],
  ])('of %s are not even read', async (_, snapshot, reason) => {
    const run = taking([], snapshot);
    await expect(parameter.create(run.account, wished, OURS, OWNER)).rejects.toMatchObject({ reason });
    expect(run.inputs('GetParameterHistory')).toEqual([]);
    expect(run.writes()).toEqual([]);
  });
});
