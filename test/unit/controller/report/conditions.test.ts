import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONDITION_TYPES } from '../../../../src/api/v1alpha1.ts';
import {
  conditionsOf,
  type Finding,
  findingsOf,
  type Report,
} from '../../../../src/controller/report/conditions.ts';
import { outcomeOf } from '../pipelines.ts';

const HEALTHY = { status: 'True', reason: 'Healthy', message: '' } as const;
const finding = (fields: Partial<Finding>): Finding => ({
  part: 'Queue',
  reason: 'Progressing',
  message: 'Queue q: is being made',
  terminal: false,
  failed: false,
  ...fields,
});
const all = (verdict: Partial<Report>) =>
  conditionsOf({ generation: 3, findings: [], health: HEALTHY, ...verdict });
/** Status and reason of each condition. */
const said = (verdict: Partial<Report>) =>
  Object.fromEntries(all(verdict).map(({ type, status, reason }) => [type, `${status} ${reason}`]));
const messageOf = (verdict: Partial<Report>, type = 'Ready') =>
  all(verdict).find((condition) => condition.type === type)?.message;

describe('the conditions', () => {
  test('of a pipeline that is built', () => {
    expect(said({})).toEqual({
      Ready: 'True Ready',
      GatewayReady: 'True Ready',
      QueueReady: 'True Ready',
      FunctionsReady: 'True Ready',
      StoreReady: 'True Ready',
      Reconciling: 'False Settled',
      Stalled: 'False NotStalled',
      Healthy: 'True Healthy',
    });
  });

  test('of one with something to know of a part: it is ready all the same', () => {
    const remarks = [
      { part: 'Store', reason: 'HostOutdated', message: 'goes on' },
      { part: 'Store', reason: 'HostReplacementWaits', message: 'more' },
    ] as const;
    expect(said({ remarks })).toMatchObject({
      Ready: 'True Ready',
      QueueReady: 'True Ready',
      StoreReady: 'True HostOutdated',
      Reconciling: 'False Settled',
      Stalled: 'False NotStalled',
      Healthy: 'True Healthy',
    });
    expect(messageOf({ remarks }, 'StoreReady')).toBe('goes on');
    expect(said({ remarks, findings: [finding({ part: 'Store' })] })).toMatchObject({
      StoreReady: 'False Progressing',
    });
  });

  test('of one that is being built', () => {
    expect(said({ findings: [finding({})] })).toMatchObject({
      Ready: 'False Progressing',
      QueueReady: 'False Progressing',
      StoreReady: 'True Ready',
      Reconciling: 'True Progressing',
      Stalled: 'False NotStalled',
    });
  });

  test('of one in which something failed that is tried again', () => {
    const failure = finding({ failed: true, reason: 'AccessDenied', message: 'Queue q: no right' });
    expect(said({ findings: [failure] })).toMatchObject({
      Ready: 'False AccessDenied',
      Reconciling: 'True AccessDenied',
      Stalled: 'False NotStalled',
    });
  });

  test('of one for which the user must act', () => {
    const failure = finding({ failed: true, terminal: true, reason: 'CodeInvalid', message: 'mend it' });
    expect(said({ findings: [failure] })).toMatchObject({
      Ready: 'False CodeInvalid',
      QueueReady: 'False CodeInvalid',
      Reconciling: 'False Settled',
      Stalled: 'True CodeInvalid',
    });
    expect(messageOf({ findings: [failure] }, 'Stalled')).toBe('mend it');
  });

  test('of one that could not be looked into at all', () => {
    const overall = { reason: 'SecretInvalid', message: 'create it', terminal: true } as const;
    expect(said({ overall })).toMatchObject({
      Ready: 'False SecretInvalid',
      GatewayReady: 'Unknown SecretInvalid',
      StoreReady: 'Unknown SecretInvalid',
      Stalled: 'True SecretInvalid',
    });
  });

  test('keep health apart: a pipeline can be ready and ill', () => {
    const health = { status: 'False', reason: 'DeadLetters', message: 'look' } as const;
    expect(said({ health })).toMatchObject({ Ready: 'True Ready', Healthy: 'False DeadLetters' });
  });

  const findings = fc.array(
    fc
      .record({
        part: fc.constantFrom('Gateway', 'Queue', 'Functions', 'Store'),
        failed: fc.boolean(),
        terminal: fc.boolean(),
      })
      .map(finding),
  );

  test('hold to kstatus: never both Reconciling and Stalled, and neither exactly when Ready', () => {
    fc.assert(
      fc.property(findings, (list) => {
        const conditions = all({ findings: list });
        const isTrue = (type: string) => conditions.find((each) => each.type === type)?.status === 'True';
        expect(isTrue('Reconciling') && isTrue('Stalled')).toBe(false);
        expect(isTrue('Ready')).toBe(!isTrue('Reconciling') && !isTrue('Stalled'));
      }),
    );
  });

  test('are always all there but for Suspended, of the generation that they speak of, each with a reason', () => {
    fc.assert(
      fc.property(findings, (list) => {
        const conditions = all({ findings: list });
        expect(conditions.map(({ type }) => type)).toEqual(
          CONDITION_TYPES.filter((type) => type !== 'Suspended'),
        );
        expect(conditions.every(({ observedGeneration }) => observedGeneration === 3)).toBe(true);
        expect(conditions.every(({ reason }) => /^[A-Z][A-Za-z]*$/.test(reason))).toBe(true);
      }),
    );
  });
});

describe('the message', () => {
  test('begins with what the user must do, then what failed, then what is on its way, then what only waits', () => {
    const findings = [
      finding({ message: 'Role r: waits for LogGroup l' }),
      finding({ message: 'Queue q: is being made' }),
      finding({ message: 'Alarm a: failed', failed: true }),
      finding({ message: 'Function f: mend it', failed: true, terminal: true }),
    ];
    expect(messageOf({ findings })).toBe(
      'Function f: mend it; Alarm a: failed; Queue q: is being made; and 1 more',
    );
  });
});

describe('the objects that are not ready', () => {
  test('are found with their part, reason and words', () => {
    const nodes = [
      outcomeOf('Queue', 'q'),
      outcomeOf('Role', 'r', { state: 'Pending', part: 'Functions', message: 'is new' }),
      outcomeOf('Function', 'f', {
        state: 'Failed',
        part: 'Functions',
        reason: 'CodeInvalid',
        message: 'no',
        terminal: true,
      }),
      outcomeOf('Alias', 'a', { state: 'Blocked', part: 'Functions', message: 'waits for Function/f' }),
    ];
    expect(findingsOf(nodes)).toEqual([
      { part: 'Functions', reason: 'Progressing', message: 'Role r: is new', terminal: false, failed: false },
      { part: 'Functions', reason: 'CodeInvalid', message: 'Function f: no', terminal: true, failed: true },
      {
        part: 'Functions',
        reason: 'Progressing',
        message: 'Alias a: waits for Function/f',
        terminal: false,
        failed: false,
      },
    ]);
  });

  test('do not include mere wishes', () => {
    expect(findingsOf([outcomeOf('ReservedConcurrency', 'r', { state: 'Failed', optional: true })])).toEqual(
      [],
    );
  });
});
