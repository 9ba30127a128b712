import { UsageError } from '../../usage-error.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that cleans up after itself when its signal fires, which it does when somebody stops the process. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new UsageError('It was interrupted. Nothing of it is left.'));
  for (const name of signals) process.once(name, stop);
  try {
    return await work(stopping.signal);
  } catch (error) {
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
