import { parseArgs } from 'node:util';
import { crashes } from '../simulation/sweep/crash.ts';
import { fieldCrashes } from '../simulation/sweep/field.ts';
import { BY_SEED, scenarioOf } from '../simulation/sweep/phases.ts';
import type { Scenario } from '../simulation/sweep/scenario.ts';
import { storeCrashes } from '../simulation/sweep/store.ts';
import { isGood } from '../simulation/sweep/verdict.ts';
import { type Caught, catchMutations } from './catch-mutations.ts';
import { runAll } from './pool.ts';

/**
 * Lives of a pipeline in a simulated world in which something goes wrong, and mutations of the operator that such lives
 * must tell from it. The last line says how it went; the exit code is 0 only where nothing was wrong.
 */

/** Seeds of each phase; in the long form, and in the usual one. */
const SEEDS: Readonly<Record<string, { readonly long: number; readonly usual: number }>> = {
  fault: { long: 2500, usual: 150 },
  stale: { long: 2500, usual: 150 },
  two: { long: 1000, usual: 50 },
  walk: { long: 2500, usual: 100 },
};
/** Of the reads, a crash after every so many. */
const READS = { long: 1, usual: 8 };
/** Of the changes of one field, every so many. */
const FIELDS = { long: 1, usual: 16 };
/** Of the crashes while a store is changed, every so many. */
const STORES = { long: 1, usual: 27 };
const SHOWN = 3;

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string' },
    /** Begins no further run after so many. */
    minutes: { type: 'string' },
    mutation: { type: 'string' },
  },
});

const minutes = Number(values.minutes ?? Number.POSITIVE_INFINITY);
if (!(minutes > 0)) throw new Error(`--minutes is a number above 0, not "${values.minutes}"`);
const isOver = () => performance.now() > minutes * 60_000;

interface Tally {
  runs: number;
  converged: number;
  orphans: number;
  doubles: number;
  stuck: number;
  lost: number;
  seconds: number;
}
const empty = (): Tally => ({ runs: 0, converged: 0, orphans: 0, doubles: 0, stuck: 0, lost: 0, seconds: 0 });

const idsIn = (scenarios: readonly Scenario[]) => scenarios.map(({ id }) => id);

async function idsOf(): Promise<Record<string, readonly string[]>> {
  const { long, only, mutation } = values;
  if (mutation !== undefined) return {};
  if (only?.includes('/')) {
    const byPhase = Object.groupBy(only.split(','), (id) => scenarioOf(id).id.split('/')[0] ?? '');
    return Object.fromEntries(Object.entries(byPhase).map(([phase, ids = []]) => [phase, ids]));
  }
  const size = long ? 'long' : 'usual';
  const seeded = Object.entries(SEEDS).map(([phase, { [size]: count }]) => [
    phase,
    async () => Array.from({ length: count }, (_, index) => BY_SEED[phase]?.(index + 1).id ?? ''),
  ]);
  const all: Record<string, () => Promise<readonly string[]>> = {
    crash: async () => idsIn(await crashes(READS[size])),
    field: async () => idsIn(await fieldCrashes(FIELDS[size])),
    store: async () => idsIn(await storeCrashes(STORES[size])),
    ...Object.fromEntries(seeded),
  };
  const phases = only === undefined ? Object.keys(all) : only.split(',');
  const found = await Promise.all(
    phases.map(async (phase) => {
      const idsOfPhase = all[phase];
      if (idsOfPhase === undefined)
        throw new Error(`there is no phase "${phase}": they are ${Object.keys(all).join(', ')}`);
      return [phase, await idsOfPhase()] as const;
    }),
  );
  return Object.fromEntries(found);
}

async function sweep(ids: readonly string[]): Promise<Tally> {
  const tally = empty();
  const began = performance.now();
  const failed: string[] = [];
  await runAll(
    ids,
    (answer) => {
      tally.runs += 1;
      const fail = (wrong: Readonly<Record<string, readonly string[]>>) => {
        failed.push(answer.id);
        if (failed.length <= SHOWN || values.only !== undefined) tell(answer.id, wrong);
      };
      if (answer.error !== undefined) {
        tally.stuck += 1;
        fail({ threw: [answer.error] });
        return;
      }
      const { verdict } = answer;
      for (const what of ['orphans', 'doubles', 'stuck', 'lost'] as const)
        tally[what] += verdict[what].length;
      if (isGood(verdict)) tally.converged += 1;
      else fail({ ...verdict });
    },
    isOver,
  );
  if (failed.length > SHOWN) console.log(`\nall that failed: npm run faults -- --only ${failed.join(',')}`);
  tally.seconds = (performance.now() - began) / 1000;
  return tally;
}

/** `threw`: it came to no verdict. */
function tell(id: string, wrong: Readonly<Record<string, readonly string[]>>): void {
  console.log(`\nFAILED: ${id}: ${scenarioOf(id).words}\n  again: npm run faults -- --only ${id}`);
  for (const [what, all] of Object.entries(wrong))
    for (const each of values.only === undefined ? all.slice(0, SHOWN) : all)
      console.log(`  ${what}: ${values.only === undefined ? each.slice(0, 600) : each}`);
}

const row = (cells: readonly (string | number)[]) =>
  console.log(
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(10) : String(cell).padStart(10))).join(''),
  );

const total = empty();
row(['phase', 'runs', 'converged', 'orphans', 'doubles', 'stuck', 'lost', 'seconds']);
let crashPoints = 0;
for (const [phase, ids] of Object.entries(await idsOf())) {
  const tally = await sweep(ids);
  if (['crash', 'field', 'store'].includes(phase)) crashPoints += tally.runs;
  const { runs, converged, orphans, doubles, stuck, lost, seconds } = tally;
  row([phase, runs, converged, orphans, doubles, stuck, lost, seconds.toFixed(0)]);
  if (runs < ids.length)
    console.log(`${phase}: ${ids.length - runs} were not begun within ${minutes} minutes`);
  for (const what of Object.keys(total) as (keyof Tally)[]) total[what] += tally[what];
}
const mutations: readonly Caught[] =
  values.only === undefined ? await catchMutations(values.mutation?.split(',')) : [];
const caught = mutations.filter(({ by }) => by !== undefined).length;
for (const { name, by } of mutations)
  console.log(by === undefined ? `NOT CAUGHT: ${name}` : `caught: ${name}: ${by}`);

const { runs, converged, orphans, doubles, stuck, lost } = total;
console.log(
  `faults: ${crashPoints} crash points, ${runs} runs, ${converged} converged, ${orphans} orphans, ${doubles} doubles, ${stuck} stuck, ${lost} events lost, ${caught} of ${mutations.length} mutations caught`,
);
process.exit(converged === runs && caught === mutations.length ? 0 : 1);
