import { describe, expect, test } from 'vitest';
import { scaleFor } from '../../../../bench/burst/scale.ts';

const PLENTY = 1000;

describe('the scale of a burst', () => {
  test.each([
    [5000, { divisor: 1, executions: 1000, newExecutions: 1000 }],
    [500, { divisor: 10, executions: 100, newExecutions: 100 }],
    [10, { divisor: 500, executions: 2, newExecutions: 2 }],
  ])('makes Lambda’s limits as many times smaller as the burst: %i requests/s', (rate, scale) => {
    expect(scaleFor(rate, PLENTY)).toEqual(scale);
  });

  test('is never larger than Lambda', () => {
    expect(scaleFor(10_000, PLENTY)).toEqual({ divisor: 1, executions: 1000, newExecutions: 1000 });
  });

  test('is smaller still where memory carries fewer environments', () => {
    expect(scaleFor(500, 50)).toEqual({ divisor: 20, executions: 50, newExecutions: 50 });
  });

  test('leaves one environment at least', () => {
    expect(scaleFor(1, 1)).toMatchObject({ executions: 1, newExecutions: 1 });
  });
});
