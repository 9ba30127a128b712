import { pathOnServer } from './paths.ts';
import { createServerClock } from './server-clock.ts';

/** A path that is cheap to answer and that no cache stores, requested for the time of its reply. */
const TIME_PATH = pathOnServer('/health/live');

/** The clock for all durations on the pages. The clock of this machine may be wrong by any amount. */
export const serverClock = createServerClock(
  { steadyMs: () => performance.now(), wallMs: () => Date.now() },
  () => void fetchReply(new Request(TIME_PATH, { cache: 'no-store' })).catch(() => {}),
);

/** Thrown if the server cannot be reached, its reply is lost, or an intermediary answers in its place. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/**
 * Returns a reply with its whole body, or throws a `ConnectionError`, so that a later error cannot be one of the
 * connection. The server's clock learns from each reply.
 */
export async function fetchReply(request: Request): Promise<Response> {
  const response = await received(request);
  // The server's 200 has a body. Its other replies may have none, such as 202 or 204.
  const isEmpty = response.body === null && response.status !== 200;
  const isAnswer = response.status >= 400 || isEmpty || isJson(response);
  if (!isAnswer) throw new ConnectionError('something else responded instead of the server');
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
    return new Response(body.byteLength === 0 ? null : body, response);
  } catch (error) {
    // The caller aborted the request.
    if (request.signal.aborted && (request.signal.reason as Error).name === 'AbortError')
      throw error;
    throw new ConnectionError('the server cannot be reached', { cause: error });
  }
}
