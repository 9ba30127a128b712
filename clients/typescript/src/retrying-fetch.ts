export interface RetryOptions {
  readonly triesMax: number;
  readonly timeoutMs: number;
}

const FIRST_WAIT_MS = 200;
const WAIT_MAX_MS = 10_000;
/** A limit that lasts longer is told to the caller instead of waited for. */
const RETRY_AFTER_MAX_MS = 30_000;
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
const SAFE_METHODS = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/**
 * Tries again when the connection failed, the server was away or it limited us. Only what takes effect once is sent
 * twice: safe and idempotent methods, what bears an idempotency key, and what `mayRepeat` knows to be so.
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
        // Nobody reads it, and unread it would hold its connection.
        await response.body?.cancel();
      } catch (error) {
        if (isLast || request.signal.aborted) throw error;
      }
      await waitFor(waitMs, request.signal);
    }
  };
}

/** Whether the answer may be another one in a moment. */
async function isTransient(response: Response, isKeyed: boolean): Promise<boolean> {
  if (RETRIED_STATUSES.has(response.status)) return true;
  if (response.status !== 409 || !isKeyed) return false;
  // An earlier try of ours is still at work: its answer is the one that is wanted.
  const problem: unknown = await response.clone().json();
  return (problem as { code?: unknown } | null)?.code === 'idempotency.in_flight';
}

/**
 * What `Retry-After` says, in seconds or as a date; 0 without it. A date is one of the server's clock, which its `Date`
 * tells: ours may be wrong. Source: RFC 9110 §10.2.3.
 */
function retryAfterMs(response: Response): number {
  const text = response.headers.get('retry-after');
  if (text === null) return 0;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const saidAtMs = Date.parse(response.headers.get('date') ?? '');
  const ms = Date.parse(text) - (Number.isNaN(saidAtMs) ? Date.now() : saidAtMs);
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}

/** Doubles, with half of it by chance, so that many clients do not come back at once. */
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
