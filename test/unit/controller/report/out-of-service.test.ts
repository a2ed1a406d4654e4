import { expect, test } from 'vitest';
import type { Report } from '../../../../src/controller/report/conditions.ts';
import { withOutOfService } from '../../../../src/controller/report/out-of-service.ts';

const WELL: Report = {
  generation: 1,
  findings: [],
  health: { status: 'True', reason: 'Healthy', message: '' },
};
const ILL: Report = { ...WELL, health: { status: 'False', reason: 'DeadLetters', message: 'two' } };
const disabled = { endpoint: { enabled: false, response: { disabledStatusCode: 410 } } };

test('a pipeline in service says what it says', () => {
  for (const spec of [{}, { endpoint: { enabled: true }, postQueue: { paused: false } }])
    expect(withOutOfService(ILL, spec)).toBe(ILL);
});

test('a paused one is not healthy, whatever else is the case, and says so where it is ready', () => {
  for (const report of [WELL, ILL])
    expect(withOutOfService(report, { postQueue: { paused: true } })).toMatchObject({
      health: { status: 'False', reason: 'Paused', message: expect.stringContaining('14 days') },
      note: expect.stringMatching(/^deliveries are accepted and wait/),
    });
});

test('one whose endpoint is disabled says with what it answers, and hides nothing that is wrong', () => {
  expect(withOutOfService(WELL, disabled)).toMatchObject({
    health: { status: 'False', reason: 'EndpointDisabled' },
    note: expect.stringContaining('answered 410'),
  });
  expect(withOutOfService(WELL, { endpoint: { enabled: false } }).note).toContain('answered 503');
  expect(withOutOfService(ILL, disabled)).toMatchObject({
    health: ILL.health,
    note: expect.stringContaining('answered 410'),
  });
});

test('one that is both says both', () => {
  const both = withOutOfService(WELL, { ...disabled, postQueue: { paused: true } });
  expect(both.health.reason).toBe('Paused');
  expect(both.note).toMatch(/answered 410 .*; nor is what waits in the queue/);
});
