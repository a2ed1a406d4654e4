import { type SettingsProblem, SIGNED_SOURCE_TYPES, type SourceType } from '../contract.ts';
import { SOURCES } from './index.ts';

/**
 * What keeps these secrets from being used with this source, each problem with the index of its secret. One of them
 * is enough to stop the pipeline: a secret that can't be right would refuse every delivery without a word.
 */
export function secretProblems(type: SourceType, secrets: readonly string[]): SettingsProblem[] {
  if (secrets.length === 0 && SIGNED_SOURCE_TYPES.includes(type)) {
    return [
      {
        message: `source ${type} checks a signature and so needs a secret: name one in spec.source.secretRefs`,
      },
    ];
  }
  return secrets.flatMap((secret, index) => {
    const problem = textProblem(secret) ?? SOURCES[type].checkSecret(secret);
    return problem === undefined ? [] : [{ secret: index, message: `the secret ${problem}` }];
  });
}

function textProblem(secret: string): string | undefined {
  if (secret === '') return 'is empty';
  if (secret.trim() !== secret) return 'begins or ends in white space (a line end?): store it without';
  return undefined;
}
