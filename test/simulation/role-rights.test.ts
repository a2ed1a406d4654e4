import { beforeAll, describe, expect, test } from 'vitest';
import { boundary, decide, type Policy } from '../iam/policies.ts';
import { first, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** What functions and hosts may do in AWS: what the roles in the account say, within the boundary. */

let world: World;

beforeAll(async () => {
  world = await simulate();
  for (const name of ['orders', 'returns']) {
    world.kubernetes.apply({ metadata: { name } });
    await world.until(isReady(name), 600);
  }
}, 60_000);

type Part = 'pre-queue' | 'post-queue' | 'host';

function policyOf(part: Part): Policy {
  const role = first(
    world.aws.iam.roles.filter(({ name }) => /-orders_.*/.test(name) && name.endsWith(part)),
  );
  return JSON.parse(first(Object.values(role.policies)).document) as Policy;
}

const REST_OF_ARN = 'eu-central-1:123456789012:';
const nameOf = (pipeline: string, part: string) => {
  const { name } = first(world.aws.sqs.queues.filter((queue) => queue.name.includes(`-${pipeline}_`)));
  return name.replace(/-(queue|dlq)$/, `-${part}`);
};
const queue = (pipeline: string, part = 'queue') => `arn:aws:sqs:${REST_OF_ARN}${nameOf(pipeline, part)}`;
const stream = (pipeline: string, part: Part) =>
  `arn:aws:logs:${REST_OF_ARN}log-group:/aws/lambda/${nameOf(pipeline, part)}:log-stream:2026/1`;
const password = (pipeline: string) =>
  `arn:aws:ssm:${REST_OF_ARN}parameter/nami/${nameOf(pipeline, '').replace(/-$/, '')}/store-password`;
const authority = (pipeline: string) => password(pipeline).replace(/password$/, 'authority');
const anInterface = () => `arn:aws:ec2:${REST_OF_ARN}network-interface/eni-1`;
const functionArn = (pipeline: string, part: Part) =>
  `arn:aws:lambda:${REST_OF_ARN}function:${nameOf(pipeline, part)}`;

type Deed = readonly [action: string, resource: () => string];

/** What each is for. */
const NEEDED: Readonly<Record<Part, readonly Deed[]>> = {
  'pre-queue': [
    ['sqs:SendMessage', () => queue('orders')],
    ['logs:CreateLogStream', () => stream('orders', 'pre-queue')],
    ['logs:PutLogEvents', () => stream('orders', 'pre-queue')],
  ],
  'post-queue': [
    ['sqs:ReceiveMessage', () => queue('orders')],
    ['sqs:DeleteMessage', () => queue('orders')],
    ['sqs:GetQueueAttributes', () => queue('orders')],
    ['logs:PutLogEvents', () => stream('orders', 'post-queue')],
    // Lambda itself, in the name of the role.
    ['ec2:CreateNetworkInterface', anInterface],
    ['ec2:DescribeNetworkInterfaces', () => '*'],
    ['ec2:DeleteNetworkInterface', anInterface],
  ],
  host: [
    ['ssm:GetParameter', () => password('orders')],
    ['ssm:GetParameter', () => authority('orders')],
  ],
};

/** What none of them may, whatever runs in it. */
const REFUSED: Readonly<Record<Part, readonly Deed[]>> = {
  'pre-queue': [
    ['sqs:SendMessage', () => queue('returns')],
    ['sqs:SendMessage', () => queue('orders', 'dlq')],
    ['sqs:ReceiveMessage', () => queue('orders')],
    ['sqs:DeleteQueue', () => queue('orders')],
    ['logs:PutLogEvents', () => stream('orders', 'post-queue')],
    ['logs:CreateLogGroup', () => stream('orders', 'pre-queue').replace(/:log-stream.*/, '')],
    ['ec2:CreateNetworkInterface', anInterface],
    ['lambda:GetFunctionConfiguration', () => functionArn('orders', 'post-queue')],
    ['ssm:GetParameter', () => password('orders')],
    ['sts:AssumeRole', () => 'arn:aws:iam::123456789012:role/nami/x'],
  ],
  'post-queue': [
    ['sqs:ReceiveMessage', () => queue('returns')],
    ['sqs:SendMessage', () => queue('orders')],
    ['sqs:PurgeQueue', () => queue('orders')],
    ['logs:PutLogEvents', () => stream('returns', 'post-queue')],
    ['lambda:UpdateFunctionCode', () => functionArn('orders', 'post-queue')],
    ['ssm:GetParameter', () => password('orders')],
    ['ssm:GetParameter', () => authority('orders')],
    ['ec2:AttachNetworkInterface', anInterface],
  ],
  host: [
    ['ssm:GetParameter', () => password('returns')],
    ['ssm:GetParameter', () => authority('returns')],
    ['ssm:PutParameter', () => password('orders')],
    ['ssm:PutParameter', () => authority('orders')],
    ['sqs:ReceiveMessage', () => queue('orders')],
    ['ec2:AttachVolume', () => `arn:aws:ec2:${REST_OF_ARN}volume/vol-1`],
  ],
};

const may = async (part: Part, [action, resource]: Deed, context = {}) =>
  (await decide({ action, resource: resource(), context }, policyOf(part), boundary())).allowed;

describe.each(Object.keys(NEEDED) as Part[])('the role of the %s', (part) => {
  test.each(NEEDED[part])('is allowed %s', async (...deed) => expect(await may(part, deed)).toBe(true));
  test.each(REFUSED[part])('is refused %s (%s)', async (...deed) =>
    expect(await may(part, deed)).toBe(false),
  );
});

test('code of a function in a VPC has no use of the right to make interfaces', async () => {
  const context = { 'lambda:SourceFunctionArn': functionArn('orders', 'post-queue') };
  for (const deed of NEEDED['post-queue'].filter(([action]) => action.startsWith('ec2:')))
    expect(await may('post-queue', deed, context)).toBe(false);
});

test('the boundary holds a role within Nami’s objects, and those of its cluster, whatever its policy says', async () => {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const wide: Policy = { Version: '2012-10-17', Statement };
  const refused: readonly Deed[] = [
    ['sqs:ReceiveMessage', () => `arn:aws:sqs:${REST_OF_ARN}foreign`],
    ['ssm:GetParameter', () => `arn:aws:ssm:${REST_OF_ARN}parameter/app/key`],
    ['s3:GetObject', () => 'arn:aws:s3:::any/key'],
    ['iam:CreateRole', () => 'arn:aws:iam::123456789012:role/nami/x'],
    ['lambda:InvokeFunction', () => functionArn('returns', 'pre-queue')],
    ['ec2:RunInstances', () => `arn:aws:ec2:${REST_OF_ARN}instance/i-1`],
  ];
  for (const [action, resource] of refused)
    expect((await decide({ action, resource: resource(), context: {} }, wide, boundary())).allowed).toBe(
      false,
    );
  const theirs = { 'aws:ResourceTag/nami.dev/cluster': 'another' };
  for (const [action, resource] of [...NEEDED['pre-queue'].slice(0, 1), ...NEEDED.host]) {
    expect((await decide({ action, resource: resource(), context: {} }, wide, boundary())).allowed).toBe(
      true,
    );
    expect((await decide({ action, resource: resource(), context: theirs }, wide, boundary())).allowed).toBe(
      false,
    );
  }
});

test('every right in the boundary is given to some role', () => {
  const given = new Set(
    (Object.keys(NEEDED) as Part[]).flatMap((part) =>
      policyOf(part)
        .Statement.filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => [Action].flat()),
    ),
  );
  const held = boundary().Statement.filter(({ Effect }) => Effect === 'Allow');
  expect(held.flatMap(({ Action }) => [Action].flat()).filter((action) => !given.has(action))).toEqual([]);
});
