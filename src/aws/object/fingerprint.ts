import { hash } from 'node:crypto';
import { canonical } from './canonical.ts';

/** A short hash of a value's meaning: equal for values that differ only in the order of keys and lists. */
export function fingerprint(value: unknown): string {
  return hash('sha256', canonical(value)).slice(0, 16);
}
