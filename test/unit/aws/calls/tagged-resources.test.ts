import { expect, test } from 'vitest';
import { glanceNames } from '../../../../src/aws/calls/tagged-resources.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { scripted } from '../kinds/scripted-account.ts';

const tagsOf = (record: object) => Object.entries(record).map(([Key, Value]) => ({ Key, Value }));

/** One queue of the owner, and how many tags each list was asked by. */
function tagged() {
  const run = scripted({
    GetResources: () => ({
      ResourceTagMappingList: [{ ResourceARN: 'arn:queue:orders', Tags: tagsOf(OURS) }],
    }),
  });
  const asked = () => run.inputs('GetResources').map(({ TagFilters }) => (TagFilters as object[]).length);
  return { ...run, asked, names: () => glanceNames(run.account, OWNER, 'arn:queue:') };
}

test('whoever somebody waits for asks for what is its own, and not for everybody’s', async () => {
  const { asked, names } = tagged();
  expect([await names(), await names()]).toEqual([['orders'], ['orders']]);
  expect(asked()).toEqual([Object.keys(OWNER.identity).length]);
});

test('what is done in spare time has everybody’s listed, which serves all others then', async () => {
  const { account, asked, names } = tagged();
  expect(await account.spareTime.use(names)).toEqual(['orders']);
  expect(await names()).toEqual(['orders']);
  expect(asked()).toEqual([1]);
});

test('a list of everybody’s that is under way is waited for in spare time alone', async () => {
  const { account, asked, names } = tagged();
  const everybody = account.spareTime.use(names);
  expect(await names()).toEqual(['orders']);
  await everybody;
  expect(asked()).toEqual([1, Object.keys(OWNER.identity).length]);
});
