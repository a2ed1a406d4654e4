import { expect, test } from 'vitest';
import type { StoreProbe } from '../../../../handlers/contract.ts';
import { rfc3339 } from '../../../../src/clock.ts';
import { featureVersionDue } from '../../../../src/controller/pipeline/feature-version.ts';
import type { StoreBelief } from '../../../../src/controller/pipeline/store-belief.ts';
import { believed, reachable, UNREACHABLE } from '../pipelines.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const HOUR = 3_600_000;
const answers = (more: Partial<StoreProbe & { reachable: true }>, belief: Partial<StoreBelief> = {}) =>
  believed(reachable(NOW, { store: { reachable: true, documents: 0, ...more } }), { host: 'i-1', ...belief });
const since = (milliseconds: number, host = 'i-1') => ({ host, answersSince: rfc3339(NOW - milliseconds) });
const NEWER = { version: '8.0.4', featureVersion: '7.0' };

test('the data of a managed store is due when a newer release has answered for an hour', () => {
  expect(featureVersionDue(answers(NEWER), since(HOUR), NOW)).toBe('8.0');
});

test.each<[string, StoreBelief, Parameters<typeof featureVersionDue>[1]]>([
  ['the release is that of the data', answers({ version: '8.0.4', featureVersion: '8.0' }), since(HOUR)],
  ['it has not answered for that long', answers(NEWER), since(HOUR - 1000)],
  ['it answered on another host', answers(NEWER), since(HOUR, 'i-0')],
  ['it does not answer', believed(UNREACHABLE, { host: 'i-1' }), since(HOUR)],
  ['it has just failed to answer', answers(NEWER, { doubts: 1 }), since(HOUR)],
  ['its host is awaited', answers(NEWER, { awaitsHost: true }), since(HOUR)],
  ['it is none of ours, and does not say', answers({ version: '8.0.4' }), since(HOUR)],
  ['nothing is told of it', answers(NEWER), undefined],
])('and is not while %s', (_, belief, told) => {
  expect(featureVersionDue(belief, told, NOW)).toBeUndefined();
});
