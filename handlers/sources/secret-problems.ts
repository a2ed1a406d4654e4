import { needsSecret, type SettingsProblem, type SourceSettings } from '../contract.ts';
import { sourceOf } from './index.ts';

/**
 * What keeps these secrets from being used with this source, each problem with the index of its secret. One of them
 * is enough to stop the pipeline: a secret that can't be right would refuse every delivery without a word.
 */
export function secretProblems(settings: SourceSettings, secrets: readonly string[]): SettingsProblem[] {
  const { type } = settings;
  if (secrets.length === 0 && needsSecret(type)) {
    return [
      {
        message: `source ${type} checks who sends and so needs a secret: name one in spec.source.secretRefs`,
      },
    ];
  }
  const source = sourceOf(settings);
  const noun = type === 'PublicKey' ? 'key' : 'secret';
  const problems = secrets.flatMap((secret, index) => {
    const problem = textProblem(secret) ?? source.checkSecret(secret);
    return problem === undefined ? [] : [{ secret: index, message: `the ${noun} ${problem}` }];
  });
  const missing = problems.length > 0 ? undefined : source.checkSecrets?.(secrets);
  return missing === undefined ? problems : [{ message: missing }];
}

function textProblem(secret: string): string | undefined {
  if (secret === '') return 'is empty';
  if (secret.trim() !== secret) return 'begins or ends in white space (a line end?): store it without';
  return undefined;
}
