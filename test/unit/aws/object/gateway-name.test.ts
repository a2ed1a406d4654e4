import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { gatewayName, gatewayNumber } from '../../../../src/aws/object/gateway-name.ts';

test('a gateway’s name says its number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), (number) => {
      expect(gatewayNumber('nami_0a', gatewayName('nami_0a', number))).toBe(number);
    }),
  );
});

test.each(['other', 'nami_0a-', 'nami_0a-x', 'nami_0a-1', 'nami_0a-02', 'nami_0ab', 'nami_0a-2-3', ''])(
  '%j is no gateway’s',
  (name) => {
    expect(gatewayNumber('nami_0a', name)).toBeUndefined();
  },
);
