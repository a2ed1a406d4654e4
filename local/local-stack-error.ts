/**
 * Something on this machine keeps the local stack from working. The message is one line for the person at the
 * terminal and says what to do; what went wrong underneath is the `cause`.
 */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}
