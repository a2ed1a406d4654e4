import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeRoutes } from '../../../src/plan/placement.ts';

const MOST = 5;
const route = (name: string, since = name) => ({ path: `/nami/${name}`, since });
const carrier = (number: number, ...names: string[]) => ({
  number,
  paths: new Set(['/', '/nami', ...names.map((name) => `/nami/${name}`)]),
});
const placed = (...args: Parameters<typeof placeRoutes>) =>
  Object.fromEntries([...placeRoutes(...args)].map(([path, number]) => [path.slice(6), number]));

describe('a route', () => {
  test('stays on the gateway that has it, although an earlier one has room', () => {
    expect(placed([route('a'), route('b')], [carrier(1), carrier(2, 'b')], MOST)).toEqual({ a: 1, b: 2 });
  });

  test('goes to the first gateway with room, older pipelines first', () => {
    const routes = [route('z', '1'), route('y', '2'), route('x', '3'), route('w', '4')];
    expect(placed(routes, [], MOST)).toEqual({ z: 1, y: 1, x: 1, w: 2 });
  });

  test('finds no room where resources are half made, or those of others', () => {
    expect(placed([route('a')], [carrier(1, 'torso', 'other', 'third')], MOST)).toEqual({ a: 2 });
  });

  test('takes the place of a gateway that is gone', () => {
    const full = [carrier(1, 'a', 'b', 'c'), carrier(3, 'd')];
    expect(placed([route('e')], full, MOST)).toEqual({ e: 2 });
  });
});

test('what is placed comes out the same once some of it is there', () => {
  const names = fc.uniqueArray(fc.integer({ min: 10, max: 99 }).map(String), { maxLength: 20 });
  fc.assert(
    fc.property(names, fc.nat(20), (all, count) => {
      const routes = all.map((name) => route(name));
      const before = placeRoutes(routes, [], MOST);
      const made = [...before].slice(0, count);
      const numbers = [...new Set(made.map(([, number]) => number))];
      const carriers = numbers.map((number) =>
        carrier(number, ...made.filter((each) => each[1] === number).map(([path]) => path.slice(6))),
      );
      expect(placeRoutes(routes, carriers, MOST)).toEqual(before);
    }),
  );
});
