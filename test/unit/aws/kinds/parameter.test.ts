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
