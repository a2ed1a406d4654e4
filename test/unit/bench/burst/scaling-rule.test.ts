import { describe, expect, test } from 'vitest';
import { ScalingRule } from '../../../../bench/burst/scaling-rule.ts';

/** Ten environments every ten seconds, so one a second, and `executions` in all. */
function ruleOf({ executions = 1000 } = {}) {
  const time = { seconds: 0 };
  const rule = new ScalingRule({ divisor: 1, executions, newExecutions: 10 }, () => time.seconds * 1000);
  /** How many may start now, with `existing` there already. */
  const startable = (existing = 0) => {
    let count = 0;
    while (rule.takeOne(existing + count)) count += 1;
    return count;
  };
  return { time, rule, startable };
}

describe('Lambda’s scaling rule', () => {
  test('lets a burst have at once what ten seconds may have, and no more', () => {
    expect(ruleOf().startable()).toBe(10);
  });

  test('gives back evenly over the time', () => {
    const { time, startable } = ruleOf();
    startable();
    time.seconds = 0.9;
    expect(startable()).toBe(0);
    time.seconds = 1;
    expect(startable()).toBe(1);
    time.seconds = 6;
    expect(startable()).toBe(5);
  });

  test('does not add up what was not used', () => {
    const { time, startable } = ruleOf();
    time.seconds = 1000;
    expect(startable()).toBe(10);
  });

  test('stops at what the account may have, those that exist included', () => {
    const { startable } = ruleOf({ executions: 12 });
    expect(startable(9)).toBe(3);
    expect(startable(12)).toBe(0);
  });

  test('counts nothing for what it refuses', () => {
    const { rule, startable } = ruleOf({ executions: 5 });
    for (let asked = 0; asked < 100; asked++) expect(rule.takeOne(5)).toBe(false);
    expect(startable()).toBe(5);
  });
});
