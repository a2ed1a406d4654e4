import { describe, expect, test } from 'vitest';
import { type InstanceDesired, instance } from '../../../../src/aws/kinds/instance.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const DESIRED: InstanceDesired = {
  object: 'host',
  instanceTypes: ['t3.micro', 't3.small', 't3a.micro'],
  imageId: 'ami-1',
  subnetId: 'subnet-1',
  securityGroupId: 'sg-1',
  instanceProfileArn: 'arn:profile',
  userData: '#!/bin/bash',
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

const aws = (instances: Instance[], more: Script = {}) =>
  scripted({
    DescribeInstances: () => ({ Reservations: [{ Instances: instances }] }),
    DescribeImages: () => ({ Images: [{ RootDeviceName: '/dev/xvda' }] }),
    RunInstances: () => ({}),
    TerminateInstances: () => ({}),
    StartInstances: () => ({}),
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

  const tokenOf = async (earlier: Instance[], desired = DESIRED) => {
    const run = aws(earlier);
    await launch(run, desired);
    return run.inputs('RunInstances')[0]?.ClientToken;
  };

  test('that is asked for twice is one', async () => {
    expect(await tokenOf([])).toBe(await tokenOf([]));
  });

  test('after an instance that ended is another, and so is one with other settings', async () => {
    const ended = host('i-1', 'terminated', 'Client.UserInitiatedShutdown');
    const tokens = [
      await tokenOf([]),
      await tokenOf([ended]),
      await tokenOf([ended, ended]),
      await tokenOf([], { ...DESIRED, userData: '#!/bin/sh' }),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  test('takes the architecture of the type when it chooses the machine image', async () => {
    const run = aws([], {
      DescribeInstanceTypes: () => ({
        InstanceTypes: [{ ProcessorInfo: { SupportedArchitectures: ['arm64'] } }],
      }),
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
        InstanceType === 't3a.micro' ? {} : refuse('InsufficientInstanceCapacity'),
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

  test.each<[string, Partial<InstanceDesired>]>([
    ['type', { instanceTypes: ['t3.small', 't3.micro', 't3a.micro'] }],
    ['image', { imageId: 'ami-2' }],
    ['start', { userData: 'other' }],
    ['group', { securityGroupId: 'sg-2' }],
  ])('is replaced when its %s changes', async (_, change) => {
    const desired = { ...DESIRED, ...change };
    const run = aws([await launched()]);
    const found = await instance.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');

    expect(instance.compare(found, desired)).toEqual(['launch settings (it is replaced)']);
    await instance.update(run.account, desired, found, OWNER);

    expect(run.inputs('TerminateInstances')).toEqual([{ InstanceIds: ['i-1'] }]);
  });

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
