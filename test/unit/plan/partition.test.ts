import { globSync, readFileSync } from 'node:fs';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { expect, test } from 'vitest';
import { isFarAway, partitionOf } from '../../../src/plan/partition.ts';
import { desiredOf, inputOf, planOf } from './inputs.ts';

const placed = (partition: string) =>
  planOf(inputOf({}, undefined, { place: { partition, region: 'r-1', accountId: '123456789012' } }));

test.each([
  ['aws', 'eu-central-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-eusc', 'eusc-de-east-1'],
  ['aws-iso', 'us-iso-east-1'],
  ['aws-iso-b', 'us-isob-east-1'],
  ['aws-iso-e', 'eu-isoe-west-1'],
  ['aws-iso-f', 'us-isof-south-1'],
  ['aws-us-gov', 'us-gov-west-1'],
])('the servers of %s are called as the SDK calls them', (partition, Region) => {
  const { url } = new APIGatewayClient({}).config.endpointProvider({
    Region,
    UseDualStack: false,
    UseFIPS: false,
  });
  expect(url.hostname).toBe(`apigateway.${Region}.${partitionOf(partition).dnsSuffix}`);
});

test('a host’s role trusts what EC2 is called in its partition, and a function’s role the same Lambda everywhere', () => {
  const service = (partition: string, role: string) => desiredOf(placed(partition), 'Role', role).service;
  expect(['aws', 'aws-cn', 'aws-us-gov'].map((partition) => service(partition, 'host'))).toEqual([
    'ec2.amazonaws.com',
    'ec2.amazonaws.com.cn',
    'ec2.amazonaws.com',
  ]);
  expect(service('aws-cn', 'post-queue')).toBe('lambda.amazonaws.com');
  const policy = readFileSync('deploy/iam/operator-policy.json', 'utf8');
  expect(policy, 'the operator may hand a role to it').toContain('"ec2.amazonaws.com.cn"');
});

test('every ARN is one of the partition', () => {
  const arns = JSON.stringify(placed('aws-cn'), (key, value) => (key === 'boundaryArn' ? '' : value)).match(
    /arn:[a-z-]+:/g,
  );
  expect(new Set(arns)).toEqual(new Set(['arn:aws-cn:']));
  const files = globSync('src/**/*.ts').filter((file) => file !== 'src/api/v1alpha1.ts');
  expect(files.filter((file) => /arn:aws:/.test(readFileSync(file, 'utf8')))).toEqual([]);
});

test('the public registry is far from China alone', () => {
  const image = 'public.ecr.aws/docker/library/mongo:8.0';
  expect([isFarAway(image, 'aws-cn'), isFarAway(image, 'aws'), isFarAway('mongo:8.0', 'aws-cn')]).toEqual([
    true,
    false,
    false,
  ]);
});
