const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Somebody stopped the command, which has cleaned up after itself. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Runs work that cleans up after itself when its signal fires, which it does when somebody stops the process. A second signal ends
 * the process at once. Throws InterruptedError if the work fails after the signal.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new InterruptedError('It was interrupted.'));
  for (const name of signals) process.once(name, stop);
  try {
    return await work(stopping.signal);
  } catch (error) {
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
