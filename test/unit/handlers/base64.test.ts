import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from '../../../handlers/base64.ts';

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
