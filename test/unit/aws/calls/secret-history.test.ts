import { expect, test } from 'vitest';
import { secretAt } from '../../../../src/aws/calls/secret-history.ts';
import { refuse, scripted } from '../kinds/scripted-account.ts';

/** Pages of versions, each as [number, value, moment]. */
const history = (...pages: [number, string, number][][]) =>
  scripted({
    GetParameterHistory: ({ NextToken }) => {
      const page = Number(NextToken ?? 0);
      return {
        Parameters: pages[page]?.map(([Version, Value, at]) => ({
          Version,
          Value,
          LastModifiedDate: new Date(at),
        })),
        ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
      };
    },
  });
const PAGES: [number, string, number][][] = [
  [
    [1, 'first', 1000],
    [2, 'second', 2000],
  ],
  [[3, 'third', 3000]],
];

test.each([
  ['the present value by default', undefined, 'third'],
  ['the value of a moment', 2500, 'second'],
  ['the value from its first moment on', 3000, 'third'],
  ['the oldest of one that is younger than the moment', 10, 'first'],
])('a parameter gives %s, whatever stands on which page', async (_, moment, value) => {
  const run = history(...PAGES);
  expect(await secretAt(run.account, '/nami/p', moment)).toBe(value);
  expect(run.inputs('GetParameterHistory')[0]).toMatchObject({ Name: '/nami/p', WithDecryption: true });
});

test('a parameter that is gone gives nothing', async () => {
  const { account } = scripted({ GetParameterHistory: () => refuse('ParameterNotFound') });
  expect(await secretAt(account, '/nami/p')).toBeUndefined();
});
