import { hash } from 'node:crypto';
import { canonical } from './canonical.ts';

/** A short hash of a value's meaning: equal for values that differ only in the order of keys and lists. */
export const fingerprint = (value: unknown): string => short(canonical(value));

/** Likewise of a value as it is written, which is quicker: for what one process compares with what it put together before. */
export const imprint = (value: unknown): string => short(JSON.stringify(value));

// A slice of the whole hash would hold all of it.
const short = (text: string) => hash('sha256', text, 'buffer').toString('hex', 0, 8);
