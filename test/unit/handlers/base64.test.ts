import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, decodeBase64Url } from '../../../handlers/base64.ts';

test('every byte sequence comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a text is decoded if and only if the grammar of RFC 4648 takes it', () => {
  const grammar = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  const character = fc.constantFrom(...'AZaz09+/=-_ \n.é');
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
      expect(decodeBase64(text) !== undefined).toBe(grammar.test(text));
    }),
    { numRuns: 5000 },
  );
});

test('so is one in the alphabet for URLs, with all of its padding or with none', () => {
  const grammar = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?$/;
  const character = fc.constantFrom(...'AZaz09+/=-_ \n.é');
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
      expect(decodeBase64Url(text) !== undefined).toBe(grammar.test(text));
    }),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64Url(Buffer.from(bytes).toString('base64url'))).toEqual(Buffer.from(bytes));
    }),
  );
});
