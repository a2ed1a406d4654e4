import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalRange, isWithinRange } from '../../../src/plan/ipv4-range.ts';

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const prefix = fc.integer({ min: 0, max: 32 });

describe('a range of IPv4 addresses', () => {
  test.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.256/8',
    'fd00::/8',
    '10.0.0.0/-1',
    ' 10.0.0.0/8',
  ])('is not written %j', (text) => {
    expect(isWithinRange(text, '0.0.0.0/0')).toBe(false);
  });

  test.each([
    ['10.1.2.3/16', '10.1.0.0/16'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['200.1.2.3/0', '0.0.0.0/0'],
  ])('%s is %s to AWS', (written, kept) => expect(canonicalRange(written)).toBe(kept));

  test('holds the ranges of its own addresses that are no larger, and no others', () => {
    fc.assert(
      fc.property(address, prefix, prefix, (each, one, other) => {
        const range = canonicalRange(`${each}/${one}`);
        expect(canonicalRange(range)).toBe(range);
        expect(isWithinRange(`${each}/${other}`, range)).toBe(other >= one);
      }),
    );
  });

  test('does not hold the next', () => {
    expect(isWithinRange('10.1.0.0/16', '10.0.0.0/16')).toBe(false);
    expect(isWithinRange('9.255.255.255/32', '10.0.0.0/8')).toBe(false);
  });
});
