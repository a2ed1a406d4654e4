import { beforeEach, expect, test } from 'vitest';
import type { Account } from '../../../../src/aws/account/account.ts';
import { withAction } from '../../../../src/aws/account/errors.ts';
import { Inventory } from '../../../../src/aws/account/inventory.ts';
import { type OwnedListing, survey, surveyedAt } from '../../../../src/aws/account/survey.ts';
import type { Owner } from '../../../../src/aws/object/owner.ts';
import { FakeClock } from '../../fake-clock.ts';

interface Thing {
  readonly id: string;
  readonly of: string;
}

const ownerOf = (prefix: string, cluster = 'c') =>
  ({ prefix, identity: { 'nami.dev/cluster': cluster } }) as unknown as Owner;
const SHOP = ownerOf('shop');

let clock: FakeClock;
let account: Account;
let loads: number;
let things: Thing[];
let failure: Error | undefined;

const THINGS: OwnedListing<Thing> = {
  name: 'things',
  async *load() {
    loads += 1;
    if (failure) throw failure;
    yield* things;
  },
  idOf: ({ id }) => id,
  ownerOf: ({ of }) => of,
  keyOf: ({ prefix }) => prefix,
};

beforeEach(() => {
  clock = new FakeClock();
  account = { clock, inventory: new Inventory(clock) } as unknown as Account;
  loads = 0;
  things = [
    { id: 'a', of: 'shop' },
    { id: 'b', of: 'mail' },
    { id: 'c', of: 'shop' },
  ];
  failure = undefined;
});

test('one list tells all owners what they have, for a while', async () => {
  const at = clock.now();
  const [shop, mail] = await Promise.all([
    survey(account, SHOP, THINGS),
    survey(account, ownerOf('mail'), THINGS),
  ]);
  expect(shop?.of(SHOP).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(mail?.of(ownerOf('mail')).map(({ id }) => id)).toEqual(['b']);
  expect(shop?.of(ownerOf('nobody'))).toEqual([]);
  expect(shop?.byId.get('b')?.of).toBe('mail');
  expect([shop?.at, surveyedAt(account, SHOP, THINGS), loads]).toEqual([at, at, 1]);

  await clock.advance(91_000);
  expect(surveyedAt(account, SHOP, THINGS)).toBeUndefined();
  await survey(account, SHOP, THINGS);
  expect(loads).toBe(2);
});

test('operators of two clusters see nothing of each other', async () => {
  await survey(account, SHOP, THINGS);
  await survey(account, ownerOf('shop', 'another'), THINGS);
  expect(loads).toBe(2);
});

test('a list that AWS refuses tells nothing, and is not asked for again at each object', async () => {
  failure = withAction(new Error('AccessDenied'), 'tag:GetResources') as Error;
  expect(await survey(account, SHOP, THINGS)).toBeUndefined();
  expect(await survey(account, SHOP, THINGS)).toBeUndefined();
  expect(loads).toBe(1);
});

test('a fault of our own is not taken for an answer of AWS', async () => {
  failure = new TypeError('x is not a function');
  await expect(survey(account, SHOP, THINGS)).rejects.toThrow('x is not a function');
});
