import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

const REGION = { AWS_REGION: 'eu-central-1' };

describe('the operator’s settings', () => {
  test('need nothing but a region', () => {
    expect(readConfig(REGION)).toMatchObject({
      region: 'eu-central-1',
      watchNamespaces: [],
      endpointPaths: 'name',
      iamPath: '/nami/',
      allowed: {
        instanceTypes: [],
        mongoImages: ['public.ecr.aws/docker/library/mongo'],
        amis: [],
        codeBuckets: [],
        securityGroups: [],
        accessSecurityGroups: [],
        accessCidrs: [],
        connectionSecrets: false,
        subnets: [],
        volumeGiB: 1024,
        provisionedConcurrency: 100,
      },
      deleteSharedObjects: false,
      port: 8080,
      leaderElection: {
        enabled: true,
        leaseDurationSeconds: 15,
        renewDeadlineSeconds: 10,
        retryPeriodSeconds: 2,
      },
      metrics: { enabled: true, authentication: false },
      lookSeconds: 60,
      rateShare: 0.5,
      resyncSeconds: 600,
      workers: 8,
    });
  });

  test('take the region by the SDK’s other name too, the first one first', () => {
    expect(readConfig({ AWS_DEFAULT_REGION: 'us-east-1' }).region).toBe('us-east-1');
    expect(readConfig({ ...REGION, AWS_DEFAULT_REGION: 'us-east-1' }).region).toBe('eu-central-1');
    expect(readConfig({ AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' }).region).toBe('us-east-1');
  });

  test('take an empty variable for one that is not there', () => {
    expect(readConfig({ ...REGION, NAMI_WORKERS: '', NAMI_IAM_PATH: '' })).toEqual(readConfig(REGION));
  });

  test('read lists, numbers and flags', () => {
    const config = readConfig({
      ...REGION,
      NAMI_ALLOWED_INSTANCE_TYPES: ' t3.micro, t3.small ,,',
      NAMI_MAX_VOLUME_GIB: '10',
      NAMI_DELETE_SHARED_OBJECTS: 'true',
    });
    expect(config.allowed).toMatchObject({ instanceTypes: ['t3.micro', 't3.small'], volumeGiB: 10 });
    expect(config.deleteSharedObjects).toBe(true);
  });

  test('read tags', () => {
    expect(readConfig(REGION).tags).toEqual({});
    const tags = { 'cost-center': '42', Größe: 'a b=c@d' };
    expect(readConfig({ ...REGION, NAMI_TAGS: JSON.stringify(tags) }).tags).toEqual(tags);
  });

  test('read domain names', () => {
    expect(readConfig(REGION).domains).toEqual([]);
    const name = 'hooks.example.com';
    const certificateArn = `arn:aws:acm:${REGION.AWS_REGION}:123456789012:certificate/a`;
    const given = [{ name, certificateArn, hostedZoneId: 'Z1' }];
    expect(readConfig({ ...REGION, NAMI_DOMAINS: JSON.stringify(given) }).domains).toEqual([
      { name, certificateArn, hostedZoneId: 'Z1', basePath: '' },
    ]);
  });

  test('leave alone what is not theirs', () => {
    expect(readConfig({ ...REGION, PATH: '/bin', NAMI_ELSE: '1' })).toEqual(readConfig(REGION));
  });
});

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/a';
const ONE_DOMAIN = `{"name":"a.example","certificateArn":"${CERTIFICATE}"}`;

describe('a setting that can’t be used', () => {
  const refusal = (environment: Record<string, string>): string => {
    try {
      readConfig(environment);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return expect.unreachable();
  };

  test('is the missing region', () => {
    expect(refusal({})).toMatch(/^AWS_REGION is not set: set it to the region .* such as eu-central-1$/);
  });

  test.each([
    ['NAMI_ENDPOINT_PATHS', 'path'],
    ['NAMI_ENDPOINT_URL_TEMPLATE', 'https://h/'],
    ['NAMI_NETWORK_CIDR', '10.0.0.0/8'],
    ['NAMI_IAM_PATH', 'nami'],
    ['NAMI_MAX_VOLUME_GIB', 'much'],
    ['NAMI_DELETE_SHARED_OBJECTS', 'yes'],
    ['NAMI_RATE_SHARE', '0'],
    ['NAMI_RATE_SHARE', 'all'],
    ['NAMI_TAGS', 'team=shop'],
    ['NAMI_TAGS', '["team"]'],
    ['NAMI_TAGS', '{"team":1}'],
    ['NAMI_TAGS', '{"team":""}'],
    ['NAMI_TAGS', '{"aws:team":"shop"}'],
    ['NAMI_TAGS', '{"nami.dev/team":"shop"}'],
    ['NAMI_TAGS', JSON.stringify(Object.fromEntries(Array.from({ length: 41 }, (_, key) => [key, 'v'])))],
    ['NAMI_DOMAINS', 'hooks.example.com'],
    ['NAMI_DOMAINS', '[{"name":"hooks.example.com"}]'],
    ['NAMI_DOMAINS', `[{"name":"Hooks","certificateArn":"${CERTIFICATE}"}]`],
    ['NAMI_DOMAINS', `[{"name":"a.example","certificateArn":"${CERTIFICATE}","basePath":"a/b"}]`],
    ['NAMI_DOMAINS', `[${ONE_DOMAIN},${ONE_DOMAIN}]`],
    ['NAMI_LOOK_SECONDS', '0'],
    ['NAMI_WORKERS', '65'],
    ['NAMI_PORT', '65536'],
    ['NAMI_LEADER_ELECTION', 'perhaps'],
    ['NAMI_LEASE_DURATION_SECONDS', '7.5'],
    ['NAMI_RETRY_PERIOD_SECONDS', '0'],
    ['NAMI_METRICS', 'on'],
    ['NAMI_LOG_LEVEL', 'loud'],
  ])('is named in one line: %s=%s', (name, value) => {
    const message = refusal({ ...REGION, [name]: value });
    expect(message).toMatch(new RegExp(`^${name} cannot be used: .+`));
    expect(message.split('\n')).toHaveLength(1);
  });

  test.each([
    [
      { NAMI_RENEW_DEADLINE_SECONDS: '15' },
      /^NAMI_RENEW_DEADLINE_SECONDS \(15\) must be less than NAMI_LEASE_DURATION_SECONDS \(15\): a leader /,
    ],
    [
      { NAMI_RETRY_PERIOD_SECONDS: '9' },
      /^NAMI_RETRY_PERIOD_SECONDS \(9\), times 1\.2, must be less than NAMI_RENEW_DEADLINE_SECONDS \(10\): /,
    ],
  ])('is a lease whose times contradict each other: %o', (times, message) => {
    expect(refusal({ ...REGION, ...times })).toMatch(message);
  });

  test('is a certificate in another region than its gateway', () => {
    expect(refusal({ ...REGION, NAMI_DOMAINS: `[${ONE_DOMAIN}]` })).toMatch(
      /^NAMI_DOMAINS: the certificate of a\.example must be in the region of its gateway, eu-central-1: /,
    );
  });

  test('is told together with all others', () => {
    expect(refusal({ NAMI_WORKERS: '0', NAMI_IAM_PATH: 'x' }).split('\n')).toHaveLength(3);
  });
});
