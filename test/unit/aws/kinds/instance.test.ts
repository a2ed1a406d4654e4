import { describe, expect, test } from 'vitest';
import { POST_QUEUE_ENV } from '../../../../handlers/contract.ts';
import { type InstanceDesired, instance } from '../../../../src/aws/kinds/instance.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const DESIRED: InstanceDesired = {
  object: 'host',
  expectedId: '',
  featureVersion: '',
  replaceId: '',
  functionName: 'post-queue',
  zone: 'eu-central-1a',
  volumeId: 'vol-1',
  mongoImage: 'mongo:8.0',
  instanceTypes: ['t3.micro', 't3.small', 't3a.micro'],
  imageId: 'ami-1',
  subnetId: 'subnet-1',
  securityGroupId: 'sg-1',
  instanceProfileArn: 'arn:profile',
  userData: '#!/bin/bash',
  tls: true,
  cpuCredits: 'standard',
  defaults: ['instanceType', 'mongoImage', 'cpuCredits'],
};
const TAGS = { ...OURS, 'nami.dev/object': 'host' };

interface Instance {
  InstanceId: string;
  State: { Name: string };
  StateReason?: { Code: string; Message?: string };
  Tags?: { Key: string; Value: string }[];
  InstanceType?: string;
  LaunchTime?: Date;
}
const host = (id: string, state: string, cause?: string): Instance => ({
  InstanceId: id,
  State: { Name: state },
  ...(cause !== undefined && { StateReason: { Code: cause, Message: 'AWS says why' } }),
});

/** The tag that says which database wrote the volume's data. */
const noted = (image: string) => [{ Key: 'nami.dev/mongo-image', Value: image }];

const aws = (instances: Instance[], more: Script = {}) =>
  scripted({
    DescribeInstances: () => ({ Reservations: [{ Instances: instances }] }),
    DescribeImages: () => ({ Images: [{ ImageId: 'ami-1', RootDeviceName: '/dev/xvda' }] }),
    DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', Tags: noted('mongo:8.0') }] }),
    DescribeInstanceTypes: () => ({
      InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ['x86_64'] } }],
    }),
    DescribeInstanceTypeOfferings: () => ({ InstanceTypeOfferings: [{ Location: 'eu-central-1a' }] }),
    CreateTags: () => ({}),
    RunInstances: ({ DryRun }) =>
      DryRun === true ? refuse('DryRunOperation') : { Instances: [{ InstanceId: 'i-new' }] },
    TerminateInstances: () => ({}),
    StartInstances: () => ({}),
    GetFunctionConfiguration: () => refuse('ResourceNotFoundException'),
    ...more,
  });
const launch = ({ account }: ReturnType<typeof aws>, desired = DESIRED) =>
  instance.create(account, desired, TAGS, OWNER);

/** The instance that a launch asks for, as AWS lists it afterwards. */
async function launched(desired = DESIRED): Promise<Instance> {
  const run = aws([]);
  await launch(run, desired);
  const [input] = run.inputs('RunInstances') as [{ TagSpecifications: { Tags: Instance['Tags'] }[] }];
  return { ...host('i-1', 'running'), Tags: input.TagSpecifications[0]?.Tags ?? [] };
}

describe('finding the host', () => {
  test('passes over those that are terminated, which AWS lists for an hour', async () => {
    const { account } = aws([host('i-1', 'terminated'), host('i-2', 'running')]);
    expect(await instance.find(account, DESIRED, OWNER)).toMatchObject({ id: 'i-2', state: { is: 'ready' } });
    expect(await instance.owned(account, OWNER)).toHaveLength(1);
  });

  test('finds none where all are terminated', async () => {
    const { account } = aws([host('i-1', 'terminated')]);
    expect(await instance.find(account, DESIRED, OWNER)).toBeUndefined();
  });

  test.each([
    ['in a state that AWS does not say', 'pending'],
    ['pending', 'pending'],
    ['stopping', 'pending'],
    ['shutting-down', 'leaving'],
  ])('waits for one that is %s', async (state, is) => {
    const { account } = aws([host('i-1', state)]);
    expect(await instance.find(account, DESIRED, OWNER)).toMatchObject({ state: { is } });
  });
});

describe('a launch', () => {
  test('asks for a host that is closed: IMDSv2 with one hop, an encrypted root, its own group', async () => {
    const run = aws([]);
    await launch(run);
    expect(run.inputs('RunInstances')).toEqual([
      expect.objectContaining({
        ImageId: 'ami-1',
        MinCount: 1,
        MaxCount: 1,
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
        NetworkInterfaces: [expect.objectContaining({ Groups: ['sg-1'], AssociatePublicIpAddress: true })],
        BlockDeviceMappings: [expect.objectContaining({ Ebs: expect.objectContaining({ Encrypted: true }) })],
      }),
    ]);
  });

  test('has the added tags on its disk and interface too, and nothing there by which it is found', async () => {
    const run = aws([]);
    await instance.create(run.account, DESIRED, { ...TAGS, team: 'shop' }, OWNER);
    const [input] = run.inputs('RunInstances') as [
      { TagSpecifications: { ResourceType: string; Tags: Instance['Tags'] }[] },
    ];
    const [whole, ...parts] = input.TagSpecifications;
    const team = { Key: 'team', Value: 'shop' };
    expect(whole).toMatchObject({ ResourceType: 'instance', Tags: expect.arrayContaining([team]) });
    expect(parts).toEqual([
      { ResourceType: 'volume', Tags: [team] },
      { ResourceType: 'network-interface', Tags: [team] },
    ]);
    const plain = aws([]);
    await launch(plain);
    expect(plain.inputs('RunInstances')[0]?.TagSpecifications).toHaveLength(1);
  });

  test('is rehearsed with the added tags, lest an organisation refuses it when its predecessor is gone', async () => {
    const owner = { ...OWNER, tags: { ...OWNER.tags, team: 'shop' } };
    const run = aws([await launched()]);
    const desired = { ...DESIRED, subnetId: 'subnet-2' };
    const found = await instance.find(run.account, desired, owner);
    if (!found) throw new Error('it is there');
    await instance.update(run.account, desired, found, owner);
    expect(JSON.stringify(run.inputs('RunInstances'))).toContain(
      '"ResourceType":"network-interface","Tags":[{"Key":"team"',
    );
  });

  test.each([
    ['t3.micro', { CpuCredits: 'standard' }],
    ['t4g.small', { CpuCredits: 'standard' }],
    ['m7g.large', undefined],
  ])('of a %s costs no more than its price: CPU credits %o', async (type, credits) => {
    const run = aws([]);
    await launch(run, { ...DESIRED, instanceTypes: [type] });
    expect(run.inputs('RunInstances')[0]?.CreditSpecification).toEqual(credits);
  });

  const tokenOf = async (earlier: Instance[], desired = DESIRED) => {
    const run = aws(earlier);
    await launch(run, desired);
    return run.inputs('RunInstances')[0]?.ClientToken;
  };

  test('that is asked for twice is one', async () => {
    expect(await tokenOf([])).toBe(await tokenOf([]));
  });

  test('after an instance that ended is another, and so is one with other settings', async () => {
    const ended = (id: string) => host(id, 'terminated', 'Client.UserInitiatedShutdown');
    const tokens = [
      await tokenOf([]),
      await tokenOf([ended('i-1')]),
      await tokenOf([ended('i-1'), ended('i-2')]),
      await tokenOf([], { ...DESIRED, userData: '#!/bin/sh' }),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  test('after an instance that AWS lists no more is another all the same', async () => {
    expect(await tokenOf([], { ...DESIRED, expectedId: 'i-1' })).not.toBe(await tokenOf([]));
  });

  test('whose token has launched an instance that ended since takes another token', async () => {
    const tokens = new Set<unknown>();
    const run = aws([], {
      RunInstances: ({ ClientToken }) =>
        tokens.add(ClientToken).size < 3
          ? refuse('IdempotentInstanceTerminated')
          : { Instances: [{ InstanceId: 'i-3' }] },
    });
    expect(await launch(run)).toMatchObject({ id: 'i-3' });
  });

  test('that names an instance of long ago has found a host without tags', async () => {
    const run = aws([]);
    const LaunchTime = new Date(run.clock.now() - 3_600_000);
    const again = aws([], { RunInstances: () => ({ Instances: [{ InstanceId: 'i-old', LaunchTime }] }) });
    await expect(launch(again)).rejects.toMatchObject({
      reason: 'HostTagsLost',
      message: expect.stringMatching(/create-tags .*--resources i-old .*Key=nami\.dev\/object,Value=host/),
    });
  });

  test('answers the instance that was launched, with the tags that it was given', async () => {
    const made = await launch(aws([]));
    expect(made).toMatchObject({ id: 'i-new', tags: TAGS });
    expect(instance.compare(made, DESIRED)).toEqual([]);
  });

  test('takes the architecture of the type when it chooses the machine image', async () => {
    const run = aws([], {
      DescribeInstanceTypes: () => ({
        InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ['arm64'] } }],
      }),
      DescribeImages: ({ ImageIds }) => ({ Images: [{ ImageId: (ImageIds as string[])[0] }] }),
      GetParameter: () => ({ Parameter: { Value: 'ami-arm' } }),
    });
    await launch(run, { ...DESIRED, imageId: '' });
    expect(run.inputs('GetParameter')[0]?.Name).toMatch(/kernel-6\.1-arm64$/);
    expect(run.inputs('RunInstances')[0]?.ImageId).toBe('ami-arm');
  });

  test('names a machine image that is not there', async () => {
    const run = aws([], { DescribeImages: () => ({ Images: [] }) });
    await expect(launch(run)).rejects.toMatchObject({
      reason: 'ImageNotFound',
      message: expect.stringContaining('amiId'),
    });
  });
});

describe('without capacity', () => {
  const typesTried = (run: ReturnType<typeof aws>) =>
    run.inputs('RunInstances').map(({ InstanceType }) => InstanceType);

  test('the fallbacks are tried in their order until one goes', async () => {
    const run = aws([], {
      RunInstances: ({ InstanceType }) =>
        InstanceType === 't3a.micro' ? { Instances: [{}] } : refuse('InsufficientInstanceCapacity'),
    });
    await launch(run);
    expect(typesTried(run)).toEqual(['t3.micro', 't3.small', 't3a.micro']);
  });

  test('of any type the launch backs off, and says what to do', async () => {
    const run = aws([], { RunInstances: () => refuse('InsufficientInstanceCapacity', 'none left') });
    await expect(launch(run)).rejects.toMatchObject({
      reason: 'NoCapacity',
      message: expect.stringMatching(/t3\.micro, t3\.small, t3a\.micro.*fallbackInstanceTypes.*none left/),
    });
  });

  test('is no other error, for which no fallback helps', async () => {
    const run = aws([], { RunInstances: () => refuse('UnauthorizedOperation') });
    await expect(launch(run)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(typesTried(run)).toEqual(['t3.micro']);
  });
});

describe('hosts that die by themselves', () => {
  const died = (id: string) => host(id, 'terminated', 'Client.VolumeLimitExceeded');

  test('are replaced once', async () => {
    const run = aws([died('i-1')]);
    await launch(run);
    expect(run.inputs('RunInstances')).toHaveLength(1);
  });

  test('twice are not launched in a loop, and the cause is told', async () => {
    const run = aws([died('i-1'), died('i-2')]);
    await expect(launch(run)).rejects.toMatchObject({
      reason: 'HostDies',
      message: expect.stringMatching(/i-2 with Client\.VolumeLimitExceeded: AWS says why/),
    });
    expect(run.inputs('RunInstances')).toEqual([]);
  });

  test('are not those that someone ended', async () => {
    const ended = (id: string) => host(id, 'terminated', 'Client.UserInitiatedShutdown');
    const run = aws([ended('i-1'), ended('i-2'), ended('i-3')]);
    await launch(run);
    expect(run.inputs('RunInstances')).toHaveLength(1);
  });
});

describe('a host that runs', () => {
  const differences = async (listed: Instance, desired: InstanceDesired) => {
    const found = await instance.find(aws([listed]).account, desired, OWNER);
    return found && instance.compare(found, desired);
  };

  test('is right as it was launched, on whichever type there was capacity for', async () => {
    expect(await differences({ ...(await launched()), InstanceType: 't3a.micro' }, DESIRED)).toEqual([]);
  });

  test('stays when only the fallbacks change', async () => {
    expect(await differences(await launched(), { ...DESIRED, instanceTypes: ['t3.micro'] })).toEqual([]);
  });

  test('stays when only what is known of its launch changes', async () => {
    const change = { expectedId: 'i-1', zone: 'eu-central-1b' };
    expect(await differences(await launched(), { ...DESIRED, ...change })).toEqual([]);
  });

  const replace = async (change: Partial<InstanceDesired>) => {
    const desired = { ...DESIRED, ...change };
    const run = aws([await launched()]);
    const found = await instance.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');
    const [difference = ''] = instance.compare(found, desired);
    await instance.update(run.account, desired, found, OWNER);
    expect(run.inputs('TerminateInstances')).toEqual([{ InstanceIds: ['i-1'] }]);
    expect(run.inputs('RunInstances'), 'the launch was tried before').toMatchObject([{ DryRun: true }]);
    return difference;
  };

  test.each<[string, Partial<InstanceDesired>]>([
    ['instanceType', { instanceTypes: ['t3.small', 't3.micro', 't3a.micro'], defaults: ['mongoImage'] }],
    ['imageId', { imageId: 'ami-2' }],
    ['subnetId', { subnetId: 'subnet-2' }],
    ['volumeId', { volumeId: 'vol-2' }],
    ['mongoImage', { mongoImage: 'mongo:8.2', defaults: ['instanceType'] }],
  ])('is replaced when its user asks for another %s', async (field, change) => {
    const difference = await replace(change);
    expect(difference).toBe(`${field} (it is replaced)`);
    expect(instance.interrupts?.([difference])).toBe(true);
  });

  test('is replaced on request, which speaks of that host alone', async () => {
    expect(await replace({ replaceId: 'i-1' })).toBe('host (it is replaced)');
    expect(await differences(await launched(), { ...DESIRED, replaceId: 'i-0' })).toEqual([]);
  });

  test('gets other CPU credits while it runs, where its type has some', async () => {
    const desired = {
      ...DESIRED,
      cpuCredits: 'unlimited' as const,
      defaults: ['instanceType', 'mongoImage'],
    };
    const listed = { ...(await launched()), InstanceType: 't3.micro' };
    const run = aws([listed], {
      ModifyInstanceCreditSpecification: () => ({}),
      CreateTags: ({ Tags }) => {
        listed.Tags = Tags as typeof listed.Tags & object;
        return {};
      },
    });
    const find = async () => {
      const found = await instance.find(run.account, desired, OWNER);
      if (!found) throw new Error('it is there');
      return found;
    };
    expect(instance.compare(await find(), desired)).toEqual(['cpuCredits']);
    expect(instance.interrupts?.(['cpuCredits'])).toBe(false);
    await instance.update(run.account, desired, await find(), OWNER);
    expect(run.writes()).toEqual(['ModifyInstanceCreditSpecification', 'CreateTags']);
    expect(instance.compare(await find(), desired)).toEqual([]);
    expect(instance.compare(await find(), DESIRED), 'and back').toEqual(['cpuCredits']);
    expect(await differences({ ...(await launched()), InstanceType: 'm7g.large' }, desired)).toEqual([]);
  });

  test('says why it gets none, which AWS answers with success', async () => {
    const desired = { ...DESIRED, cpuCredits: 'unlimited' as const, defaults: [] };
    const refused = [{ InstanceId: 'i-1', Error: { Message: 'not here' } }];
    const run = aws([{ ...(await launched()), InstanceType: 't2.micro' }], {
      ModifyInstanceCreditSpecification: () => ({ UnsuccessfulInstanceCreditSpecifications: refused }),
    });
    const found = await instance.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');
    await expect(instance.update(run.account, desired, found, OWNER)).rejects.toThrow(
      /i-1 .*unlimited: not here/,
    );
    expect(run.writes()).toEqual(['ModifyInstanceCreditSpecification']);
  });

  test.each<[string, Partial<InstanceDesired>]>([
    ['start script', { userData: '#!/bin/sh' }],
    ['group', { securityGroupId: 'sg-2' }],
    ['default of what nobody asked for', { mongoImage: 'mongo:8.2', userData: 'mongo:8.2' }],
  ])('goes on when another version of the operator has another %s, and says so', async (_, change) => {
    const desired = { ...DESIRED, ...change };
    const listed = await launched();
    expect(await differences(listed, desired)).toEqual([]);
    const found = await instance.find(aws([listed]).account, desired, OWNER);
    expect(found && instance.remark?.(found, desired)).toMatchObject({
      reason: 'HostOutdated',
      message: expect.stringContaining('annotate the pipeline with nami.dev/replace-host=i-1'),
    });
    expect(found && instance.remark?.(found, DESIRED)).toBeUndefined();
  });

  test.each<[string, Partial<InstanceDesired>, Script, string, RegExp]>([
    [
      'no such type',
      { instanceTypes: ['t3.mirco'] },
      { DescribeInstanceTypes: () => refuse('InvalidInstanceType') },
      'InstanceTypeNotFound',
      /no instance type t3\.mirco in eu-central-1: correct store\.managed\.instanceType/,
    ],
    [
      'no type in the zone of the volume',
      { instanceTypes: ['x9.huge'] },
      { DescribeInstanceTypeOfferings: () => ({ InstanceTypeOfferings: [{ Location: 'eu-central-1b' }] }) },
      'InstanceTypeNotOffered',
      /x9\.huge in eu-central-1a, where the volume is/,
    ],
    [
      'no such image',
      { imageId: 'ami-2' },
      { DescribeImages: () => refuse('InvalidAMIID.NotFound') },
      'ImageNotFound',
      /ami-2 .*amiId/,
    ],
    [
      'an image for another processor',
      { imageId: 'ami-2' },
      { DescribeImages: () => ({ Images: [{ ImageId: 'ami-2', Architecture: 'arm64' }] }) },
      'ImageOfOtherArchitecture',
      /ami-2 is for arm64, and t3\.micro runs x86_64/,
    ],
    [
      'a processor that MongoDB can not use',
      { instanceTypes: ['m1.small'] },
      {},
      'ProcessorTooOld',
      /MongoDB 8 does not run on m1\.small.*AVX/,
    ],
    [
      'a database that knows no TLS',
      { mongoImage: 'mongo:4.0', defaults: [] },
      { DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', Tags: noted('mongo:4.0') }] }) },
      'MongoTooOld',
      /MongoDB 4\.0 does not know TLS.*to 4\.2/,
    ],
    [
      'an older database than its data',
      { mongoImage: 'mongo:7.0', userData: 'mongo:7.0', defaults: [] },
      {},
      'MongoVersionStep',
      /data of MongoDB 8\.0.*back to 8\.0/,
    ],
  ])('goes on running for a successor that can not be: %s', async (_, change, script, reason, words) => {
    const desired = { ...DESIRED, ...change };
    const run = aws([await launched()], script);
    const found = await instance.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');
    const update = () => instance.update(run.account, desired, found, OWNER);

    await expect(update()).rejects.toMatchObject({
      name: 'TerminalError',
      reason,
      message: expect.stringMatching(words),
    });
    await expect(update()).rejects.toThrow();

    expect(run.writes()).toEqual([]);
    expect(run.inputs('DescribeInstanceTypes').length, 'types are read once').toBeLessThanOrEqual(1);
    await expect(launch(run, desired), 'nor is it launched').rejects.toMatchObject({ reason });
  });

  test('goes on running when the rehearsal of the launch is refused', async () => {
    const run = aws([await launched()], { RunInstances: () => refuse('UnauthorizedOperation') });
    const desired = { ...DESIRED, subnetId: 'subnet-2' };
    const found = await instance.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');
    await expect(instance.update(run.account, desired, found, OWNER)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    });
    expect(run.inputs('TerminateInstances')).toEqual([]);
  });

  test('of whose launch nothing is noted goes on: it is noted, and told as outdated', async () => {
    const listed = { ...(await launched()), Tags: [] as Instance['Tags'] & object };
    const run = aws([listed], {
      CreateTags: ({ Tags }) => {
        listed.Tags.push(...(Tags as typeof listed.Tags));
        return {};
      },
    });
    const find = async () => {
      const found = await instance.find(run.account, DESIRED, OWNER);
      if (!found) throw new Error('it is there');
      return found;
    };
    expect(instance.compare(await find(), DESIRED)).toEqual(['note of its launch']);
    expect(instance.interrupts?.(['note of its launch'])).toBe(false);
    await instance.update(run.account, DESIRED, await find(), OWNER);

    expect(instance.compare(await find(), DESIRED)).toEqual([]);
    expect(instance.remark?.(await find(), DESIRED)).toMatchObject({ reason: 'HostOutdated' });
    expect(run.writes()).toEqual(['CreateTags']);
  });

  test.each([
    ['10.0.0.5', 'true', 'true'],
    ['10.0.0.5', 'false', 'false'],
    ['10.0.0.6', 'true', 'false'],
  ])(
    'that has lost its note is spoken to as the function did: of %s by tls=%s',
    async (address, tls, now) => {
      const uri = `mongodb://nami:hunter2@${address}:27017/?authSource=admin&tls=${tls}`;
      const Variables = { [POST_QUEUE_ENV.storeUri]: uri, [POST_QUEUE_ENV.managed]: 'true' };
      const listed = { ...(await launched()), Tags: [], PrivateIpAddress: '10.0.0.5' };
      const run = aws([listed], { GetFunctionConfiguration: () => ({ Environment: { Variables } }) });
      const found = await instance.find(run.account, DESIRED, OWNER);
      if (!found) throw new Error('it is there');
      // Whatever AWS lists next.
      const updated = await instance.update(run.account, DESIRED, found, OWNER);
      expect(updated).toMatchObject({ outputs: { privateIp: '10.0.0.5', tls: now } });
      expect(updated && instance.compare(updated, DESIRED)).toEqual([]);
    },
  );

  test('is started again when someone stopped it', async () => {
    const stopped = { ...(await launched()), State: { Name: 'stopped' } };
    const run = aws([stopped]);
    const found = await instance.find(run.account, DESIRED, OWNER);
    if (!found) throw new Error('it is there');

    expect(instance.compare(found, DESIRED)).toEqual(['stopped']);
    await instance.update(run.account, DESIRED, found, OWNER);

    expect(run.writes()).toEqual(['StartInstances']);
  });
});

describe('what its volume says of the database', () => {
  const volume = (image?: string): Script => ({
    DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', Tags: image ? noted(image) : [] }] }),
  });
  const notes = (run: ReturnType<typeof aws>) => run.inputs('CreateTags').map(({ Tags }) => Tags);

  test('is noted just before an instance is launched on it, once', async () => {
    const run = aws([], volume());
    await launch(run);
    expect(run.writes()).toEqual(['CreateTags', 'RunInstances']);
    expect(run.inputs('CreateTags')).toEqual([{ Resources: ['vol-1'], Tags: noted('mongo:8.0') }]);
    const again = aws([], volume('mongo:8.0'));
    await launch(again);
    expect(notes(again)).toEqual([]);
  });

  test('is taken back where no instance came of it, and left where one may have', async () => {
    const refused = aws([], { ...volume('mongo:7.0'), RunInstances: () => refuse('VcpuLimitExceeded') });
    await expect(launch(refused)).rejects.toMatchObject({ reason: 'NoCapacity' });
    expect(notes(refused)).toEqual([noted('mongo:8.0'), noted('mongo:7.0')]);
    const lost = aws([], { ...volume('mongo:7.0'), RunInstances: () => refuse('TimeoutError') });
    await expect(launch(lost)).rejects.toThrow();
    expect(notes(lost)).toEqual([noted('mongo:8.0')]);
  });
});

describe('the host that is known', () => {
  const wanted = { ...DESIRED, expectedId: 'i-1' };
  const tags = Object.entries(TAGS).map(([Key, Value]) => ({ Key, Value }));
  /** What is listed by tags, and what is there by id. */
  const find = (byTags: Instance[], byId: Instance[]) => {
    const run = aws([], {
      DescribeInstances: ({ InstanceIds }) =>
        InstanceIds && byId.length === 0
          ? refuse('InvalidInstanceID.NotFound')
          : { Reservations: [{ Instances: InstanceIds ? byId : byTags }] },
    });
    return instance.find(run.account, wanted, OWNER);
  };

  test('is taken although one answer does not list it, and before others', async () => {
    const known = { ...host('i-1', 'running'), Tags: tags };
    expect(await find([], [known])).toMatchObject({ id: 'i-1' });
    expect(await find([host('i-0', 'running'), known], [])).toMatchObject({ id: 'i-1' });
  });

  test('without its tags is no reason for another, and the tags to put back are told', async () => {
    await expect(find([], [{ ...host('i-1', 'running'), Tags: [] }])).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'HostTagsLost',
      message: expect.stringMatching(
        /create-tags --region eu-central-1 --resources i-1 --tags Key=nami\.dev\/cluster,Value=c .*or terminate it/,
      ),
    });
  });

  test.each([
    ['is gone', []],
    ['is terminated', [host('i-1', 'terminated')]],
  ])('that %s makes room for the next', async (_, byId) => {
    expect(await find([], byId)).toBeUndefined();
    expect(await find([host('i-2', 'running')], byId)).toMatchObject({ id: 'i-2' });
  });

  test('without tags that is on its way out is waited for', async () => {
    expect(await find([], [host('i-1', 'shutting-down')])).toMatchObject({ state: { is: 'leaving' } });
  });
});
