import type { Account } from '../account/account.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { TAGS } from '../object/owner.ts';
import type { KindName } from './graph.ts';
import { isKept } from './ownership.ts';

/** What is to become of an owner's objects that outlast it, as its user says it last. */
export interface Reclaim {
  readonly policy: string;
  /** As "Kind id": what is the owner's for other reasons keeps the policy that it has. */
  readonly objects: ReadonlySet<string>;
}

/**
 * An object with the reclaim policy that its user says last, which may be another than its tag says: the spec may have changed
 * and never been applied before its owner went. The tag of what stays follows; lists that lag behind it count for nothing.
 */
export async function withPolicy(
  account: Account,
  kind: KindName,
  actual: Actual,
  reclaim: Reclaim | undefined,
): Promise<Actual> {
  const { id, tags } = actual;
  const before = tags?.[TAGS.reclaimPolicy];
  if (!reclaim || before === undefined || before === reclaim.policy || !reclaim.objects.has(`${kind} ${id}`))
    return actual;
  const policy = { [TAGS.reclaimPolicy]: reclaim.policy };
  const followed = { ...actual, tags: { ...tags, ...policy } };
  if (isKept(kind, followed.tags)) await kindOf(kind).tag?.(account, actual, policy);
  return followed;
}
