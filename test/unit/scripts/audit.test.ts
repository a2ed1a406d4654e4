import { expect, test } from 'vitest';
import { verdictOf } from '../../../scripts/audit.ts';

const report = (severity: string) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: { undici: { severity, range: '<7.1.0' } } });

test('a known weakness fails the audit', () => {
  expect(verdictOf(report('high'))).toEqual({ isBad: true, words: 'audit: undici <7.1.0 (high)' });
  expect(verdictOf(report('low')).isBad).toBe(false);
});

test('that there is none is said', () => {
  const none = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} });
  expect(verdictOf(none)).toEqual({ isBad: false, words: 'audit: no known weakness in what is bundled' });
});

test.each([
  [
    JSON.stringify({
      message: '405 Method Not Allowed - POST https://registry.example/advisories',
      error: {},
    }),
    '405 Method Not Allowed - POST …',
  ],
  ['', 'it printed no report'],
])('a registry that can’t be asked is no finding, and no clean bill either: %s', (printed, why) => {
  const { isBad, words } = verdictOf(printed);
  expect(isBad).toBe(false);
  expect(words).toBe(`audit: NOT ASKED, the registry gives no advisories here (${why})`);
});
