import { describe, expect, test } from 'vitest';
import type { Call } from './aws/aws-account.ts';
import { BRISK } from './aws/times.ts';
import { doubles, leftovers, lostEvents, NOTHING_STAYS, wholeLife } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** Lives a whole life under what `hurt` does to the world before it begins. */
async function livesUnder(hurt: (world: World) => void): Promise<World> {
  const world = await simulate({ settings: NOTHING_STAYS, times: BRISK, isStarted: false });
  hurt(world);
  world.start();
  await wholeLife(world);
  expect(leftovers(world)).toEqual([]);
  expect(lostEvents(world)).toEqual([]);
  return world;
}

type Hurt = readonly [words: string, hurt: (world: World) => void];

const DISTURBANCES: readonly Hurt[] = [
  ['reads of IAM alone that lag 10 s behind', ({ aws }) => aws.faults.lag(10, 'iam')],
  ['reads of Lambda alone that lag 10 s behind', ({ aws }) => aws.faults.lag(10, 'lambda')],
  ['reads of SQS alone that lag 60 s behind', ({ aws }) => aws.faults.lag(60, 'sqs')],
  [
    'one write at a time to the gateway',
    ({ aws }) => void Object.assign(aws.faults, { oneWriteAtATime: true }),
  ],
  ['the rates that AWS publishes', ({ aws }) => void Object.assign(aws.faults, { ratesHold: true })],
  ['throttling of one describe', ({ aws }) => aws.faults.throttle('ec2:DescribeVolumes', 20)],
  ['throttling of everything for a while', ({ aws }) => aws.faults.throttle('*', 200)],
  [
    'nothing granted for a while',
    ({ aws }) => aws.faults.refuse('*', 'AccessDenied', 'not authorized to perform that', 100),
  ],
  [
    'a role that may not be made for a while',
    ({ aws }) =>
      aws.faults.refuse('CreateRole', 'AccessDenied', 'not authorized to perform: iam:CreateRole', 10),
  ],
  [
    'a role that is not known when it gets its policy',
    ({ aws }) => aws.faults.refuse('PutRolePolicy', 'NoSuchEntityException', 'cannot be found', 3),
  ],
  [
    'a profile that is not known when it gets its role',
    ({ aws }) => aws.faults.refuse('AddRoleToInstanceProfile', 'NoSuchEntityException', 'cannot be found', 3),
  ],
  [
    'no capacity for a while',
    ({ aws }) => aws.faults.refuse('RunInstances', 'InsufficientInstanceCapacity', 'no capacity', 5),
  ],
  [
    'a status that can not be written for a while',
    ({ kubernetes }) => kubernetes.refuse('apply', 'webhookpipelines/status', 500, 10),
  ],
  [
    'a status whose writes get no answer for a while',
    ({ kubernetes }) => kubernetes.refuse('apply', 'webhookpipelines/status', 0, 10),
  ],
  ['Events that are refused', ({ kubernetes }) => kubernetes.refuse('create', 'events', 403)],
  ['finalizers that conflict', ({ kubernetes }) => kubernetes.refuse('patch', 'webhookpipelines', 409, 3)],
  [
    'a namespace that can not be read for a while',
    ({ kubernetes }) => kubernetes.refuse('get', 'namespaces', 403, 5),
  ],
  [
    'watches that are refused for a while',
    ({ kubernetes }) => kubernetes.refuse('watch', 'webhookpipelines', 500, 3),
  ],
  [
    'a list that is refused at first',
    ({ kubernetes }) => kubernetes.refuse('list', 'webhookpipelines', 503, 3),
  ],
  ['reads that lag 1 s behind', ({ aws }) => aws.faults.lag(1)],
  ['reads that lag 5 s behind', ({ aws }) => aws.faults.lag(5)],
  ['reads that lag 20 s behind', ({ aws }) => aws.faults.lag(20)],
  ['reads of EC2 alone that lag 10 s behind', ({ aws }) => aws.faults.lag(10, 'ec2')],
  ['reads of API Gateway alone that lag 10 s behind', ({ aws }) => aws.faults.lag(10, 'apigateway')],
];

describe('a life holds, and makes nothing twice, under', () => {
  test.each(DISTURBANCES)('%s', async (_, hurt) => {
    expect(doubles(await livesUnder(hurt))).toEqual([]);
  });
});

const CALM = await livesUnder(() => {});
const commandsOf = (calls: readonly Call[]) =>
  [...new Set(calls.map(({ service, command }) => `${service}:${command}`))].sort();
/** Every command that changes something in a life. */
const CHANGES = commandsOf(CALM.aws.changes);

const COMMANDS = commandsOf(CALM.aws.calls);

describe('a life holds where an answer is lost, and the SDK asks again:', () => {
  test.each(CHANGES)('%s', async (command) => {
    expect(doubles(await livesUnder(({ aws }) => aws.faults.loseAnswer(command)))).toEqual([]);
  });
});

describe('a life holds where all answers of a call are lost:', () => {
  test.each(CHANGES)('%s', async (command) => {
    await livesUnder(({ aws }) => aws.faults.loseAnswer(command, 3));
  });
});

describe('a life holds where one answer is empty:', () => {
  test.each(COMMANDS)('%s', async (command) => {
    await livesUnder(({ aws }) => aws.faults.empty(command));
  });
});

describe('a life holds, and nothing is made twice, where the operator dies just after', () => {
  const calls = CALM.aws.changes.map(
    ({ service, command }, index) => [index + 1, `${service}:${command}`] as const,
  );

  test.each(calls)('change %i took effect (%s)', async (number) => {
    const world = await livesUnder((each) => {
      let seen = 0;
      each.crashOn(({ isRead }) => !isRead && ++seen === number);
    });
    expect(doubles(world)).toEqual([]);
  });
});
