import { describe, expect, test } from 'vitest';
import { pathOf, regionOf, rivalOf } from '../../../../src/controller/input/endpoint-claim.ts';
import { CONFIG, pipeline } from '../pipelines.ts';

const recorded = (path: string, region = 'eu-central-1') => ({
  status: { observedGeneration: 1, endpoint: { path, region } },
});
const asks = (path: string) => ({ spec: { endpoint: { path } } });
const OLD = { created: '2025-12-31T23:59:59Z' };

describe('region and path', () => {
  test('are what the status has recorded, whatever is asked for since', () => {
    const moved = pipeline('a', {
      ...recorded('old', 'us-east-1'),
      spec: { region: 'eu-west-1', endpoint: { path: 'new' } },
    });
    expect([regionOf(moved, CONFIG), pathOf(moved, CONFIG)]).toEqual(['us-east-1', 'old']);
  });

  test('else what is asked for', () => {
    const asked = pipeline('a', { spec: { region: 'eu-west-1', endpoint: { path: 'new' } } });
    expect([regionOf(asked, CONFIG), pathOf(asked, CONFIG)]).toEqual(['eu-west-1', 'new']);
  });

  test('else the operator’s region and the name', () => {
    const plain = pipeline('a');
    expect([regionOf(plain, CONFIG), pathOf(plain, CONFIG)]).toEqual(['eu-central-1', 'a']);
    expect(pathOf(plain, { ...CONFIG, endpointPaths: 'namespace-name' })).toBe('shop-a');
  });
});

describe('of two pipelines that ask for one path', () => {
  const younger = pipeline('younger', asks('p'));
  const older = pipeline('older', { ...asks('p'), ...OLD });

  test('the older keeps it', () => {
    for (const all of [
      [younger, older],
      [older, younger],
    ]) {
      expect(rivalOf(younger, all, CONFIG)).toBe(older);
      expect(rivalOf(older, all, CONFIG)).toBeUndefined();
    }
  });

  test('the one with the smaller UID keeps it when both came in the same second', () => {
    const one = pipeline('z', { ...asks('p'), uid: '1' });
    const two = pipeline('a', { ...asks('p'), uid: '2' });
    expect(rivalOf(two, [two, one], CONFIG)).toBe(one);
    expect(rivalOf(one, [two, one], CONFIG)).toBeUndefined();
  });

  test('both have it when they are in two regions', () => {
    const elsewhere = pipeline('older', { spec: { region: 'us-east-1', endpoint: { path: 'p' } }, ...OLD });
    expect(rivalOf(younger, [younger, elsewhere], CONFIG)).toBeUndefined();
  });

  test('one may have it by its name', () => {
    const byName = pipeline('p', OLD);
    expect(rivalOf(younger, [younger, byName], CONFIG)).toBe(byName);
  });

  test('the younger gets it when the older is gone', () => {
    expect(rivalOf(younger, [younger], CONFIG)).toBeUndefined();
  });
});
