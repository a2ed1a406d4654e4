/** Something that keeps the operator from starting, in one line for whoever starts it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
