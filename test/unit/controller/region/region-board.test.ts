import { beforeEach, describe, expect, test } from 'vitest';
import { RegionBoard } from '../../../../src/controller/region/region-board.ts';

let board: RegionBoard;
let wakes: number;
beforeEach(() => {
  wakes = 0;
  board = new RegionBoard(() => {
    wakes += 1;
  });
});
const ROUTE = { path: '/nami/a', functionArn: 'arn:a' };

describe('the board of a region', () => {
  test('wakes the region for a new wish, and not for the same again', () => {
    board.askRoute('shop/a', ROUTE);
    board.askRoute('shop/a', { ...ROUTE });
    board.askZone('shop/a', 'eu-central-1a');
    board.askZone('shop/a', 'eu-central-1a');
    expect(wakes).toBe(2);
  });

  test('wakes it when a wish changes', () => {
    board.askRoute('shop/a', ROUTE);
    board.askRoute('shop/a', { ...ROUTE, throttle: { rateLimit: 1, burstLimit: 1 } });
    expect(wakes).toBe(2);
  });

  test('asks for the gateway until there is an offer', () => {
    board.askGateway();
    board.offer = { given: {}, shown: new Set(), problems: new Map() };
    board.askGateway();
    expect(wakes).toBe(1);
  });

  test('trades the route of a pipeline that leaves for the wish that it goes, once', () => {
    board.askRoute('shop/a', ROUTE);
    board.askRemoval('shop/a', 'arn:a');
    board.askRemoval('shop/a', 'arn:a');
    expect(board.routes.size).toBe(0);
    expect([...board.leaving]).toEqual([['shop/a', 'arn:a']]);
    expect(wakes).toBe(2);
  });

  test('says that a route is gone only once it was seen so', () => {
    board.askRemoval('shop/a', 'arn:a');
    expect(board.isGone('shop/a')).toBe(false);
    board.markGone('shop/a');
    board.askRemoval('shop/a', 'arn:a');
    expect(board.isGone('shop/a')).toBe(true);
  });

  test('forgets a pipeline whole, so that the next of its name begins anew', () => {
    board.askZone('shop/a', 'eu-central-1a');
    board.askRemoval('shop/a', 'arn:a');
    board.markGone('shop/a');
    board.waiting.add('shop/a');

    board.forget('shop/a');

    expect([board.routes.size, board.zones.size, board.leaving.size, board.waiting.size]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(board.isGone('shop/a')).toBe(false);
  });
});
