import { pathOnServer } from './paths.ts';
import { createServerClock } from './server-clock.ts';

/** Where nobody asks for a time it costs nothing to answer, and a cache keeps nothing. */
const TIME_PATH = pathOnServer('/health/live');

/** Durations on the pages are told by it, never by the clock of this machine, which may be wrong by anything. */
export const serverClock = createServerClock(
  { steadyMs: () => performance.now(), wallMs: () => Date.now() },
  () => void fetchReply(new Request(TIME_PATH, { cache: 'no-store' })).catch(() => {}),
);

/** The server could not be reached, its reply did not come through, or something between answered in its place. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** These have no body, and a `Response` that is made with one is refused. */
const STATUSES_WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * A reply with its whole body, or a `ConnectionError`: whatever goes wrong after it is no fault of the connection. The
 * server's clock learns from each.
 */
export async function fetchReply(request: Request): Promise<Response> {
  const response = await received(request);
  const isAnswer = response.status >= 400 || response.body === null || isJson(response);
  if (!isAnswer) throw new ConnectionError('something else answered in place of the server');
  return response;
}

export function isJson(response: Response): boolean {
  return /^application\/([a-z]+\+)?json\b/.test(response.headers.get('content-type') ?? '');
}

async function received(request: Request): Promise<Response> {
  const sentAtMs = performance.now();
  try {
    const response = await fetch(request);
    serverClock.learn(response.headers, sentAtMs, performance.now());
    const body = await response.arrayBuffer();
    return new Response(STATUSES_WITHOUT_BODY.has(response.status) ? null : body, response);
  } catch (error) {
    // The one who asked does not want it any more.
    if (request.signal.aborted && (request.signal.reason as Error).name === 'AbortError')
      throw error;
    throw new ConnectionError('the server cannot be reached', { cause: error });
  }
}
