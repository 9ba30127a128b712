/** The arguments of a command are wrong in a way that only the command can see. */
export class UsageError extends Error {
  override name = 'UsageError';
}
