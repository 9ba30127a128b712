import { retryAfterMs } from './retry-after.ts';

export interface RetryOptions {
  readonly triesMax: number;
  readonly timeoutMs: number;
}

const FIRST_WAIT_MS = 200;
const WAIT_MAX_MS = 10_000;
/** A limit that lasts longer is reported to the caller instead of waiting for its end. */
const RETRY_AFTER_MAX_MS = 30_000;
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const SAFE_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/**
 * Creates a fetch that retries when the connection fails, or the server is unavailable or limits the caller. It repeats
 * only requests that take effect once: those with safe or idempotent methods, those with an idempotency key, and those
 * that `mayRepeat` accepts.
 */
export function createRetryingFetch(
  send: (request: Request) => Promise<Response>,
  { triesMax, timeoutMs }: RetryOptions,
  mayRepeat: (request: Request) => boolean = () => false,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const isKeyed = request.headers.has('idempotency-key');
    const isRepeatable = SAFE_METHODS.has(request.method) || isKeyed || mayRepeat(request);
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= triesMax || !isRepeatable;
      let waitMs = backoffMs(attempt);
      try {
        const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
        const response = await send(new Request(request.clone(), { signal }));
        if (isLast || !(await isTransient(response, isKeyed))) return response;
        const wantedMs = retryAfterMs(response);
        if (wantedMs > RETRY_AFTER_MAX_MS) return response;
        waitMs = Math.max(waitMs, wantedMs);
        // An unread body would keep its connection in use.
        await response.body?.cancel();
      } catch (error) {
        if (isLast || request.signal.aborted) throw error;
      }
      await waitFor(waitMs, request.signal);
    }
  };
}

/** Returns whether the same request may succeed in a moment. */
async function isTransient(response: Response, isKeyed: boolean): Promise<boolean> {
  if (RETRIED_STATUSES.has(response.status)) return true;
  if (response.status !== 409 || !isKeyed) return false;
  // An earlier attempt of this call is still in progress, and its response is the one to wait for.
  const problem: unknown = await response.clone().json();
  return (problem as { code?: unknown } | null)?.code === 'idempotency.in_flight';
}

/** Doubles with each attempt, and half of it is random, so that many clients do not return at once. */
function backoffMs(attempt: number): number {
  const fullMs = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), WAIT_MAX_MS);
  return fullMs / 2 + (Math.random() * fullMs) / 2;
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
