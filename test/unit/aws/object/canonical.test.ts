import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, differing } from '../../../../src/aws/object/canonical.ts';
import { fingerprint } from '../../../../src/aws/object/fingerprint.ts';
import { parsePolicy, policyText } from '../../../../src/aws/wire/policy.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};

describe('comparing', () => {
  test('does not see the order of keys and lists', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(shuffled(value))).toBe(canonical(value));
        expect(fingerprint(shuffled(value))).toBe(fingerprint(value));
      }),
    );
  });

  test.each([
    ['a number and its text', 1, '1'],
    ['a list and its only item', ['a'], 'a'],
    ['a list and the same without its repetition', ['a', 'a'], ['a']],
    ['nothing and false', undefined, false],
    ['texts that look like structure', ['a","b'], ['a', 'b']],
  ])('sees the difference between %s', (_, one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  test('takes an absent field and an undefined one for the same', () => {
    expect(canonical({ a: 1, b: undefined })).toBe(canonical({ a: 1 }));
  });

  test('names the wanted fields that are not so, and ignores what nobody asked for', () => {
    const actual = { size: 1, zones: ['b', 'a'], owner: 'someone', note: '' };
    expect(differing(actual, { size: 2, zones: ['a', 'b'], note: 'x' })).toEqual(['size', 'note']);
  });
});

describe('a policy document', () => {
  const statements = [
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:eu:1:q' },
  ] as const;

  test('is read as it was written, plain or as IAM encodes it', () => {
    const text = policyText(statements);
    expect(parsePolicy(text)).toEqual(statements);
    expect(parsePolicy(encodeURIComponent(text))).toEqual(statements);
    expect(parsePolicy(` ${text}`)).toEqual(statements);
  });

  test('means everyone in both forms of that word', () => {
    const everyone = (Principal: unknown) =>
      JSON.stringify({ Statement: [{ Effect: 'Deny', Action: '*', Principal }] });
    expect(parsePolicy(everyone({ AWS: '*' }))).toEqual(parsePolicy(everyone('*')));
    expect(parsePolicy(everyone({ AWS: 'arn:a' }))).not.toEqual(parsePolicy(everyone('*')));
  });

  test('may hold a percent sign in plain text', () => {
    const odd = [{ Effect: 'Deny', Action: '*', Resource: 'a%20b' }] as const;
    expect(parsePolicy(policyText(odd))).toEqual(odd);
  });

  test('with one statement that is no list is a list of one', () => {
    expect(parsePolicy(JSON.stringify({ Statement: statements[0] }))).toEqual(statements);
  });

  test.each([undefined, '', '{}'])('that says nothing has no statements: %s', (text) => {
    expect(parsePolicy(text)).toEqual([]);
  });
});
