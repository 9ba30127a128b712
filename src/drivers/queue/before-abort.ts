/**
 * Returns the result of `work`, or undefined if the signal fires first. The work continues: `onLateResult` receives its
 * result, and a onLateResult failure is ignored.
 */
export async function beforeAbort<T>(
  signal: AbortSignal,
  work: Promise<T>,
  onLateResult: (result: T) => void = () => {},
): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  let isAborted = false;
  const abort = () => {
    isAborted = true;
    resolve(undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  work.then((result) => (isAborted ? onLateResult(result) : resolve(result)), reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Rejects if `work` takes longer. The work continues, and its result is ignored. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no response in ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
