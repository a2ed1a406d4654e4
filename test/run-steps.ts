import { elapsed } from '../local/progress.ts';

/** Something that must hold, after what comes before it; a text that it answers is told beside its name. */
interface Step<Context> {
  readonly name: string;
  run(context: Context): Promise<unknown>;
}

/**
 * Runs steps one after the other, also after one that failed, and says how each went; the last line is "`what`: N steps, N
 * passed", or with another word for steps, and with what there is to say at the end. Answers whether all did.
 */
export async function runSteps<Context>(
  what: string,
  steps: readonly Step<Context>[],
  context: Context,
  {
    onFailure = async () => {},
    end,
    word = 'steps',
    last = () => '',
  }: {
    onFailure?: () => Promise<void>;
    end: () => Promise<void>;
    word?: string;
    last?: () => string;
  },
): Promise<boolean> {
  let passed = 0;
  for (const { name, run } of steps) {
    const begin = Date.now();
    try {
      const said = await run(context);
      passed += 1;
      console.log(
        `passed: ${name} (${elapsed(begin)})${typeof said === 'string' ? `\n${said.replaceAll(/^/gm, '  ')}` : ''}`,
      );
    } catch (error) {
      console.log(`FAILED: ${name} (${elapsed(begin)})\n${error instanceof Error ? error.stack : error}`);
      await onFailure();
    }
  }
  await end();
  console.log(`${what}: ${steps.length} ${word}, ${passed} passed${last()}`);
  return passed === steps.length;
}
