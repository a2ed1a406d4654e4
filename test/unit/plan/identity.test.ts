import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pipelineOwner, regionOwner } from '../../../src/plan/identity.ts';
import { IDENTITY, identities } from './inputs.ts';

const prefixOf = (identity: typeof IDENTITY) => pipelineOwner(identity, '/nami/').prefix;
const starts = (one: string, other: string) => `${other}-`.startsWith(`${one}-`);

describe('the prefix of a pipeline', () => {
  test('is readable and the same at every time', () => {
    expect(prefixOf(IDENTITY)).toMatch(/^nami-shop-orders_[0-9a-f]{8}$/);
    expect(prefixOf({ ...IDENTITY, uid: 'another', namespaceUid: 'another' })).toBe(prefixOf(IDENTITY));
  });

  test('leaves room for what is appended', () => {
    fc.assert(
      fc.property(identities, (identity) => {
        expect(prefixOf(identity)).toMatch(/^nami-[a-z0-9-]*_[0-9a-f]{8}$/);
        expect(prefixOf(identity).length + '-post-queue'.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  test.each([
    [
      { namespace: 'a-b', name: 'c' },
      { namespace: 'a', name: 'b-c' },
    ],
    [{ name: 'a.b' }, { name: 'a-b' }],
    [{ name: 'a'.repeat(100) }, { name: 'a'.repeat(101) }],
    [
      { namespace: 'n'.repeat(50), name: 'x' },
      { namespace: 'n'.repeat(49), name: 'nx' },
    ],
    [{ cluster: 'one' }, { cluster: 'two' }],
  ])('is another for another pipeline that reads alike: %j and %j', (one, other) => {
    expect(prefixOf({ ...IDENTITY, ...one })).not.toBe(prefixOf({ ...IDENTITY, ...other }));
  });

  test('never starts that of another, not even of one that is named after it', () => {
    fc.assert(
      fc.property(identities, fc.string({ unit: fc.constantFrom('a', '-', '.', '0') }), (identity, tail) => {
        const prefix = prefixOf({ ...identity, namespace: 'n', name: 'x' });
        const name = `${prefix.replace('nami-n-', '').replace('_', '-')}-${tail}z`;
        const mimic = prefixOf({ ...identity, namespace: 'n', name });
        expect(starts(prefix, mimic)).toBe(false);
        expect(starts(mimic, prefix)).toBe(false);
      }),
    );
  });
});

describe('an owner', () => {
  test('is told from others by cluster, namespace and name', () => {
    expect(pipelineOwner(IDENTITY, '/nami/')).toMatchObject({
      identity: { 'nami.dev/cluster': 'c1', 'nami.dev/namespace': 'shop', 'nami.dev/name': 'orders' },
      tags: { 'nami.dev/namespace-uid': 'n1' },
      takeOver: false,
    });
  });

  test('has the tags that are added, and the note of which these are', () => {
    const note = { team: 'shop', 'nami.dev/tags': expect.stringMatching(/^[\w-]{6}$/) };
    expect(pipelineOwner(IDENTITY, '/nami/', { team: 'shop' }).tags).toEqual({
      'nami.dev/namespace-uid': 'n1',
      ...note,
    });
    expect(regionOwner('c1', '/nami/', { team: 'shop' }).tags).toEqual(note);
  });

  test('has an IAM path of its own, within 512 characters', () => {
    fc.assert(
      fc.property(identities, (identity) => {
        const { path, prefix } = pipelineOwner(identity, '/nami/');
        expect(path).toBe(`/nami/${prefix}/`);
        expect(path.length).toBeLessThanOrEqual(512);
      }),
    );
  });

  test('of a region is no pipeline, whatever that is called', () => {
    const region = regionOwner('c1', '/nami/');
    const mimic = prefixOf({ ...IDENTITY, namespace: region.prefix.replace('nami_', ''), name: 'x' });
    expect(starts(region.prefix, mimic) || starts(mimic, region.prefix)).toBe(false);
    expect(region.identity).toEqual({ 'nami.dev/cluster': 'c1', 'nami.dev/shared': 'region' });
  });
});
