/**
 * Stands before every call to AWS and Kubernetes that only one operator may make at a time: it lets none out that could
 * meet those of a successor.
 */
export interface Fence {
  /** Throws {@link FencedError} where nothing may go out; asked right before each call. */
  check(): void;
}

/** Where there is no other operator. */
export const UNFENCED: Fence = { check: () => {} };

/** A call was kept in: another operator may be at work. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}
