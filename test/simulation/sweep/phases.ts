import { crashIn } from './change.ts';
import { crash } from './crash.ts';
import { fault, stale, two } from './disturbed.ts';
import { STEPS } from './field.ts';
import type { Scenario } from './scenario.ts';
import { STORE_CHANGES } from './store.ts';
import { walk } from './walk.ts';

/** The scenarios that are thrown by a seed, by their phase. */
export const BY_SEED: Readonly<Record<string, (seed: number) => Scenario>> = { fault, stale, two, walk };

/** The scenario with this id. Throws where there can be none. */
export function scenarioOf(id: string): Scenario {
  const [, begin = '', last = ''] = /^(.*)\/(\d+)$/.exec(id) ?? [];
  const [, what = '', when] = /^(.*)\/(before|after)$/.exec(begin) ?? [];
  if (when === 'before' || when === 'after') {
    if (what === 'crash') return crash(when, Number(last));
    const change = [...STEPS, ...STORE_CHANGES].find((each) => each.id === what);
    if (change !== undefined) return crashIn(change, when, Number(last));
  }
  const thrown = BY_SEED[begin];
  if (thrown !== undefined) return thrown(Number(last));
  throw new Error(
    `there is no scenario "${id}": they are crash/before/<n>, crash/after/<n>, field/<field>/<step>/before/<n>, field/<field>/<step>/after/<n>, ${STORE_CHANGES.map((each) => `${each.id}/before/<n>, ${each.id}/after/<n>`).join(', ')}, and ${Object.keys(BY_SEED).join('/<seed>, ')}/<seed>`,
  );
}
