/**
 * How long a test waits for something that is quick on an idle machine. It only ends a hang: a busy machine may take
 * thirty times as long as an idle one.
 */
export const PATIENT_MS = 120_000;

/**
 * Rejects after `timeoutMs`, with `what` in its message, if `promise` is still pending. For calls that have no limit of
 * their own, such as opening a page and reading a response in the browser.
 */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  timeoutMs = PATIENT_MS,
): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => ended.reject(new Error(`${what} did not end within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, ended.promise]);
  } finally {
    clearTimeout(timer);
  }
}
