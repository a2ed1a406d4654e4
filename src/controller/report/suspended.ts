import { CONDITION_TYPES } from '../../api/v1alpha1.ts';
import type { Condition, ConditionNow } from '../../kubernetes/status.ts';

/** What a suspended pipeline certainly is not. */
const NEITHER: ReadonlySet<string> = new Set(['Reconciling', 'Stalled']);

/**
 * The conditions of a pipeline that nothing is done for. Its parts are as they were when they were looked at last, for
 * deliveries go on; how it fares is not known, and nothing is on its way. (kstatus: neither in progress nor failed.)
 */
export function suspendedConditions(
  before: readonly Condition[] | undefined,
  generation: number,
  isDeleted: boolean,
): ConditionNow[] {
  const message = `spec.suspend is true: nothing is ${isDeleted ? 'removed' : 'touched'} until it is false`;
  return CONDITION_TYPES.map((type): ConditionNow => {
    const known = before?.find((condition) => condition.type === type);
    const rest = { type, reason: 'Suspended', message, observedGeneration: generation };
    if (type === 'Suspended') return { ...rest, status: 'True' };
    if (NEITHER.has(type)) return { ...rest, status: 'False', message: '' };
    if (type === 'Healthy') return { ...rest, status: 'Unknown' };
    return { ...rest, status: known?.status ?? 'Unknown' };
  });
}
