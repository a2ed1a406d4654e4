import { describe, expect, test } from 'vitest';
import { keepOutcome } from '../../../../src/aws/graph/kept-outcome.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { redriveIfDue, redriveUnplanned } from '../../../../src/controller/pipeline/redrive.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { refuse, type Script } from '../../aws/kinds/scripted-account.ts';
import { applied, outcomeOf, pipeline } from '../pipelines.ts';
import { scriptedContext } from '../scripted-context.ts';

const DUE: Script = {
  GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `https://sqs/1/${QueueName}` }),
  ListQueueTags: () => ({ Tags: { 'nami.dev/redrive': 'due' } }),
  StartMessageMoveTask: () => ({}),
  UntagQueue: () => ({}),
};
const seen = (enabled: boolean, redriveDue: boolean) =>
  applied(
    outcomeOf('EventSourceMapping', 'mapping', { outputs: { enabled: String(enabled) } }),
    outcomeOf('Queue', 'dlq', { outputs: { redriveDue: String(redriveDue) } }),
  );

async function redriving(outcome: ReturnType<typeof seen>, aws: Script = DUE) {
  const world = scriptedContext([], { aws });
  const memory = newMemory('u');
  memory.applied = { plan: 'p', requested: undefined, at: 0, outcome: keepOutcome(outcome) };
  const subject = { pipeline: pipeline('orders'), account: world.run.account, owner: OWNER, memory };
  const isDone = await redriveIfDue(world.context, subject, outcome);
  return { ...world, memory, subject, isDone };
}

describe('what went to the dead-letter queue in an outage', () => {
  test('goes back as soon as its queue is read, whoever had it resumed and whenever', async () => {
    const { run, isDone, memory, events } = await redriving(seen(true, true));
    expect(run.writes()).toEqual(['StartMessageMoveTask', 'UntagQueue']);
    expect(isDone).toBe(true);
    expect(events).toHaveLength(1);
    // Whether it still is due is a question to AWS.
    expect(memory.applied).toBeUndefined();
  });

  test.each([
    ['while nothing is read', seen(false, true)],
    ['where none is due: what own code failed for is its user’s to redrive', seen(true, false)],
  ])('stays %s', async (_, outcome) => {
    const { run, isDone } = await redriving(outcome);
    expect(run.writes()).toEqual([]);
    expect(isDone).toBe(true);
  });

  test('is tried again when a call for it fails, and the pipeline is no less ready', async () => {
    const { isDone, logger, run } = await redriving(seen(true, true), {
      ...DUE,
      StartMessageMoveTask: () => refuse('RequestThrottled'),
    });
    expect(isDone).toBe(false);
    expect(run.writes()).not.toContain('UntagQueue');
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
  });

  test('goes back without a plan too, where the queue says that it is due', async () => {
    const { context, subject, run } = await redriving(seen(false, false));
    await redriveUnplanned(context, subject);
    expect(run.writes()).toEqual(['StartMessageMoveTask', 'UntagQueue']);
  });
});
