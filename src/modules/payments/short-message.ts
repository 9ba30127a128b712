/** Returns an error's message, shortened for the columns `last_error`, which people read. */
export function shortMessage(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
