/** An error in a command's arguments that only the command itself can detect. */
export class UsageError extends Error {
  override name = 'UsageError';
}
