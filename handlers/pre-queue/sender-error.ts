/** A sender that had to be asked, for its certificate or to confirm that we are here, gave no answer that helps. */
export class SenderError extends Error {
  override readonly name = 'SenderError';
}
