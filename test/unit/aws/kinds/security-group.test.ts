import { describe, expect, test } from 'vitest';
import { type SecurityGroupDesired, securityGroup } from '../../../../src/aws/kinds/security-group.ts';
import { OWNER } from '../graph/fake-kinds.ts';
import { scripted } from './scripted-account.ts';

const DESIRED: SecurityGroupDesired = {
  name: 'host',
  description: 'the host',
  vpcId: 'vpc-1',
  ingress: [{ port: 27_017, fromGroupId: 'sg-function' }],
  egress: 'everywhere',
};
const ALL = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const tcp = (port: number, more: object) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...more });
const RIGHT = tcp(27_017, { UserIdGroupPairs: [{ GroupId: 'sg-function' }] });

/** What differs with these rules in AWS, and what is asked of AWS to mend it. */
const mended = (...rules: object[]) => mendedTo(DESIRED, ...rules);

async function mendedTo(desired: SecurityGroupDesired, ...rules: object[]) {
  const run = scripted({
    DescribeSecurityGroups: () => ({
      SecurityGroups: [{ GroupId: 'sg-1', IpPermissions: rules, IpPermissionsEgress: [ALL] }],
    }),
    RevokeSecurityGroupIngress: () => ({}),
    AuthorizeSecurityGroupIngress: () => ({}),
  });
  const found = await securityGroup.find(run.account, desired, OWNER);
  if (!found) throw new Error('it is there');
  const differences = securityGroup.compare(found, desired);
  await securityGroup.update(run.account, desired, found, OWNER);
  const of = (command: string) => run.inputs(command).flatMap(({ IpPermissions }) => IpPermissions);
  return {
    differences,
    closed: of('RevokeSecurityGroupIngress'),
    opened: of('AuthorizeSecurityGroupIngress'),
  };
}

describe('a security group', () => {
  test('that is right is left alone', async () => {
    expect(await mended(RIGHT)).toEqual({ differences: [], closed: [], opened: [] });
  });

  test('without its rule gets it', async () => {
    expect(await mended()).toEqual({ differences: ['ingress'], closed: [], opened: [RIGHT] });
  });

  test('loses the rule of another group', async () => {
    const other = tcp(27_017, { UserIdGroupPairs: [{ GroupId: 'sg-other' }] });
    expect(await mended(RIGHT, other)).toEqual({ differences: ['ingress'], closed: [other], opened: [] });
  });

  test.each<[string, object]>([
    ['to the world by IPv6', tcp(22, { Ipv6Ranges: [{ CidrIpv6: '::/0' }] })],
    ['to a prefix list', tcp(22, { PrefixListIds: [{ PrefixListId: 'pl-1' }] })],
    ['for all protocols', { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-function' }] }],
    ['for a range of ports', { ...RIGHT, ToPort: 27_019 }],
  ])('closes a door that someone opened by hand %s', async (_, door) => {
    expect(await mended(RIGHT, door)).toEqual({ differences: ['strange'], closed: [door], opened: [] });
  });

  const world = tcp(27_017, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });

  test.each([
    ['an entry of its own', [RIGHT, world]],
    ['the entry of its own rule', [{ ...RIGHT, ...world }]],
  ])('loses a range that nobody asked for, in %s', async (_, rules) => {
    expect(await mended(...rules)).toEqual({ differences: ['ingress'], closed: [world], opened: [] });
  });

  test('opens to the ranges and groups that are asked for, and to each once', async () => {
    const range = tcp(27_017, { IpRanges: [{ CidrIp: '10.1.0.0/16' }] });
    const group = tcp(27_017, { UserIdGroupPairs: [{ GroupId: 'sg-readers' }] });
    const access = [
      { port: 27_017, fromGroupId: 'sg-readers' },
      { port: 27_017, fromCidr: '10.1.0.0/16' },
    ];
    const desired = { ...DESIRED, ingress: [...DESIRED.ingress, ...access] };
    expect(await mendedTo(desired, RIGHT)).toEqual({
      differences: ['ingress'],
      closed: [],
      opened: [group, range],
    });
    expect(await mendedTo(desired, { ...RIGHT, ...range }, group)).toEqual({
      differences: [],
      closed: [],
      opened: [],
    });
  });

  test('keeps its own rule where one entry holds it together with a strange one', async () => {
    const both = { ...RIGHT, Ipv6Ranges: [{ CidrIpv6: '::/0' }] };
    expect(await mended(both)).toEqual({
      differences: ['ingress', 'strange'],
      closed: [both],
      opened: [RIGHT],
    });
  });
});

describe('what members of a group reach', () => {
  const port = tcp(27_017, { IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
  const everyIpv6 = { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] };

  async function led(egress: SecurityGroupDesired['egress'], ...rules: object[]) {
    const desired = { ...DESIRED, egress };
    const run = scripted({
      DescribeSecurityGroups: () => ({
        SecurityGroups: [{ GroupId: 'sg-1', IpPermissions: [RIGHT], IpPermissionsEgress: rules }],
      }),
      AuthorizeSecurityGroupEgress: () => ({}),
      RevokeSecurityGroupEgress: () => ({}),
    });
    const found = await securityGroup.find(run.account, desired, OWNER);
    if (!found) throw new Error('it is there');
    const differences = securityGroup.compare(found, desired);
    await securityGroup.update(run.account, desired, found, OWNER);
    return {
      differences,
      writes: run.calls.slice(1).map(({ command, input }) => [command, input.IpPermissions]),
    };
  }

  test('is left alone where it is right, with or without words about it', async () => {
    expect(await led('everywhere', ALL)).toEqual({ differences: [], writes: [] });
    const described = { ...port, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'the store' }] };
    expect(await led([27_017], described)).toEqual({ differences: [], writes: [] });
  });

  test('comes back where someone took it away', async () => {
    expect(await led('everywhere')).toEqual({
      differences: ['egress'],
      writes: [['AuthorizeSecurityGroupEgress', [ALL]]],
    });
  });

  test('is narrowed to its port from all that AWS gives a new group, opened before it is closed', async () => {
    expect(await led([27_017], ALL, everyIpv6)).toEqual({
      differences: ['egress'],
      writes: [
        ['AuthorizeSecurityGroupEgress', [port]],
        ['RevokeSecurityGroupEgress', [ALL, everyIpv6]],
      ],
    });
  });

  test('may be more where it is everything anyway', async () => {
    expect(await led('everywhere', ALL, everyIpv6, port)).toEqual({ differences: [], writes: [] });
  });
});
