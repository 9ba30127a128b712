/**
 * The result of `work`, or undefined when the signal fires first. The work goes on; `late` gets what it brings then,
 * and its failure is nobody's business any more.
 */
export async function beforeAbort<T>(
  signal: AbortSignal,
  work: Promise<T>,
  late: (result: T) => void = () => {},
): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  let isOver = false;
  const abort = () => {
    isOver = true;
    resolve(undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  work.then((result) => (isOver ? late(result) : resolve(result)), reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Rejects when `work` takes longer. The work goes on unheard. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
