import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two values are the same, in a time that tells neither where they differ nor how long the secret one is:
 * what is compared are digests, which are of one length.
 */
export function equalInConstantTime(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
