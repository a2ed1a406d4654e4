import { expect, test } from 'vitest';
import { FakeClock } from '../../unit/fake-clock.ts';
import { Moment, Table } from './table.ts';

test('a table shows what was so many seconds ago, to reads alone', async () => {
  const clock = new FakeClock();
  const moment = new Moment(clock);
  const table = new Table<{ readonly size: number }>(moment);
  table.set('a', { size: 1 });
  await clock.advance(10_000);
  table.change('a', { size: 2 });
  table.set('b', { size: 3 });
  moment.lagSeconds = 5;
  expect(moment.read(() => table.values())).toEqual([{ size: 1 }]);
  expect(table.values()).toEqual([{ size: 2 }, { size: 3 }]);
  await clock.advance(5_000);
  table.delete('a');
  expect(moment.read(() => table.get('a'))).toEqual({ size: 2 });
  await clock.advance(5_000);
  expect(moment.read(() => table.get('a'))).toBeUndefined();
});
