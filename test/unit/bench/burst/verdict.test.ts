import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Tally } from '../../../../bench/burst/tally.ts';
import { problemsOf } from '../../../../bench/burst/verdict.ts';

/** A run in which `accepted` events were answered 200. */
function resultOf({ accepted = 3, lost = 0, queued = 0, deadLetters = 0, provisionedConcurrency = 0 } = {}) {
  const tally = new Tally();
  for (let event = 0; event < accepted; event++) tally.answered(200, String(event), 1);
  const scale = { divisor: 1, executions: 1, newExecutions: 1 };
  const settings = { name: 'run', rate: 1, seconds: 1, provisionedConcurrency, scale };
  return { settings, tally, lost, queued, deadLetters };
}

describe('the verdict', () => {
  test('is none where every accepted event is in the store', () => {
    expect(problemsOf([resultOf(), resultOf({ provisionedConcurrency: 7 })])).toEqual([]);
  });

  test.each([
    ['an event is lost', { lost: 1 }, 'on demand: 1 of 3 accepted events are lost'],
    [
      'the queue was not emptied',
      { queued: 2 },
      'on demand: 2 accepted events were still in the queue when the time was over',
    ],
    [
      'there are dead letters',
      { deadLetters: 2 },
      'on demand: 2 accepted events are in the dead-letter queue',
    ],
    ['nothing was accepted', { accepted: 0 }, 'on demand: nothing was accepted'],
    [
      'it is the other run',
      { lost: 2, provisionedConcurrency: 7 },
      'provisionedConcurrency: 7: 2 of 3 accepted events are lost',
    ],
  ])('says that %s', (_, result, problem) => {
    expect(problemsOf([resultOf(), resultOf(result)])).toEqual([problem]);
  });
});

describe('the exit code', () => {
  const folder = join(import.meta.dirname, '../../../../bench/burst');
  /** Concludes as the benchmark does, in a process of its own. */
  const conclude = (result: object) =>
    promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { conclude } from ${JSON.stringify(join(folder, 'verdict.ts'))};
       process.exitCode = conclude([${JSON.stringify(result)}]);`,
    ]).then(
      ({ stderr }) => ({ code: 0, stderr }),
      ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
    );

  test('is 1 where events are lost, with a line that says so', async () => {
    const { code, stderr } = await conclude(resultOf({ lost: 1 }));
    expect(code).toBe(1);
    expect(stderr).toContain('FAILED: on demand: 1 of 3 accepted events are lost');
  });

  test('is 0 where none is', async () => {
    const { code, stderr } = await conclude(resultOf());
    expect(code).toBe(0);
    expect(stderr).not.toContain('FAILED');
  });
});
