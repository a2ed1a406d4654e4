import { crash } from './crash.ts';
import { fault, stale, two } from './disturbed.ts';
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
    const thrown = BY_SEED[phase];
    if (thrown !== undefined && rest.length === 1) return thrown(number);
  }
  throw new Error(
    `there is no scenario "${id}": they are crash/before/<n>, crash/after/<n>, and ${Object.keys(BY_SEED).join('/<seed>, ')}/<seed>`,
  );
}
