import { crash } from './crash.ts';
import { fault, stale, two } from './disturbed.ts';
import { fieldCrash } from './field.ts';
import type { Scenario } from './scenario.ts';
import { walk } from './walk.ts';

/** The scenarios that are thrown by a seed, by their phase. */
export const BY_SEED: Readonly<Record<string, (seed: number) => Scenario>> = { fault, stale, two, walk };

/** The scenario with this id. Throws where there can be none. */
export function scenarioOf(id: string): Scenario {
  const [phase = '', ...rest] = id.split('/');
  const number = Number(rest.at(-1));
  if (Number.isInteger(number)) {
    const [when] = rest;
    if (phase === 'crash' && (when === 'before' || when === 'after')) return crash(when, number);
    if (phase === 'field') {
      const [field = '', step, when = ''] = rest;
      const found = fieldCrash(field, Number(step), when, number);
      if (found !== undefined) return found;
    }
    const thrown = BY_SEED[phase];
    if (thrown !== undefined && rest.length === 1) return thrown(number);
  }
  throw new Error(
    `there is no scenario "${id}": they are crash/before/<n>, crash/after/<n>, field/<field>/<step>/before/<n>, field/<field>/<step>/after/<n>, and ${Object.keys(BY_SEED).join('/<seed>, ')}/<seed>`,
  );
}
