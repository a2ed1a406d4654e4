import { describe, expect, test } from 'vitest';
import { chooseZone, existingSubnets } from '../../../../src/aws/calls/placement.ts';
import { scripted } from '../kinds/scripted-account.ts';

/** Zones that offer each type. */
const OFFERS: Record<string, string[]> = {
  't3.micro': ['c', 'b', 'a'],
  't3.small': ['b', 'c'],
  't3a.micro': ['c'],
};
const named = (letter: string) => `eu-central-1${letter}`;
const ZONE = { State: 'available', ZoneType: 'availability-zone' };
const ZONES: object[] = ['a', 'b', 'c'].map((letter, index) => ({
  ...ZONE,
  ZoneName: `eu-central-1${letter}`,
  ZoneId: `euc1-az${index + 1}`,
}));
const aws = (zones = ZONES) =>
  scripted({
    DescribeAvailabilityZones: () => ({ AvailabilityZones: zones }),
    DescribeInstanceTypeOfferings: ({ Filters }) => {
      const [{ Values: [type = ''] = [] } = {}] = Filters as { Values?: string[] }[];
      return { InstanceTypeOfferings: (OFFERS[type] ?? []).map((letter) => ({ Location: named(letter) })) };
    },
  });
const choose = async (types: string[], among?: string[], volume?: { id: string; zone: string }) =>
  (await chooseZone(aws().account, volume, types, among?.map(named))).at(-1);

describe('the zone of a host', () => {
  test('is the one that offers the most of its types, the first of the alphabet on a tie', async () => {
    expect(await choose(['t3.micro'])).toBe('a');
    expect(await choose(['t3.micro', 't3.small'])).toBe('b');
    expect(await choose(['t3.micro', 't3.small', 't3a.micro'])).toBe('c');
  });

  test.each([
    ['that is closed', { State: 'unavailable' }],
    ['at the edge of a network', { ZoneType: 'wavelength-zone' }],
    ['near a city', { ZoneType: 'local-zone' }],
    ['that Lambda doesn’t reach', { ZoneId: 'use1-az3' }],
  ])('is none %s', async (_, zone) => {
    const { account } = aws([{ ...ZONES[0], ...zone }, ...ZONES.slice(1)]);
    expect(await chooseZone(account, undefined, ['t3.micro'])).toBe(named('b'));
  });

  test('offers the first type above all', async () => {
    expect(await choose(['t3.small', 't3.micro'])).toBe('b');
  });

  test('is the first of the given ones that does', async () => {
    expect(await choose(['t3.micro'], ['c', 'a'])).toBe('c');
    expect(await choose(['t3.small'], ['a', 'c'])).toBe('c');
  });

  test('is that of its volume, once there is one', async () => {
    const volume = { id: 'vol-1', zone: 'eu-central-1z' };
    expect(await choose(['t3.micro'], undefined, volume)).toBe('z');
    await expect(choose(['t3.micro'], ['a'], volume)).rejects.toMatchObject({
      reason: 'VolumeInOtherZone',
      message: expect.stringMatching(
        /vol-1 is in eu-central-1z, .* are in eu-central-1a: add a subnet in that zone/,
      ),
    });
  });

  test('is none where AWS does not offer the type, and the message names what to change', async () => {
    await expect(choose(['x9.huge'])).rejects.toMatchObject({
      reason: 'InstanceTypeNotOffered',
      message: expect.stringMatching(
        /x9\.huge in any zone of eu-central-1, as far as Lambda reaches it: choose another store\.managed\.instanceType/,
      ),
    });
    await expect(choose(['t3a.micro'], ['a', 'b'])).rejects.toMatchObject({
      message: expect.stringContaining('spec.network.subnetIds (eu-central-1a, eu-central-1b)'),
    });
  });
});

describe('subnets that the user names', () => {
  const look = (...Subnets: object[]) =>
    existingSubnets(scripted({ DescribeSubnets: () => ({ Subnets }) }).account, 'vpc-1', ['s-2', 's-1']);
  const subnet = (SubnetId: string, VpcId = 'vpc-1') => ({
    SubnetId,
    VpcId,
    AvailabilityZone: `${SubnetId}-zone`,
  });

  test('keep their order', async () => {
    expect(await look(subnet('s-1'), subnet('s-2'))).toEqual([
      { id: 's-2', zone: 's-2-zone' },
      { id: 's-1', zone: 's-1-zone' },
    ]);
  });

  test.each([
    ['is missing', [subnet('s-1')]],
    ['is in another VPC', [subnet('s-1'), subnet('s-2', 'vpc-2')]],
  ])('are named when one %s', async (_, subnets) => {
    await expect(look(...subnets)).rejects.toMatchObject({
      reason: 'SubnetNotFound',
      message: expect.stringContaining('the subnet s-2 is not in vpc-1'),
    });
  });
});
