import { exponentialBackoff, withJitter } from '../../../shared/background/backoff.ts';
import { pause } from '../../../shared/pause.ts';

const REQUEST_TIMEOUT_MS = 30_000;
/** Long enough for a server to be restarted. */
const GIVE_UP_AFTER_MS = 120_000;
const retryDelayMs = exponentialBackoff({ baseMs: 100, capMs: 5_000, jitter: [1, 1] });

export interface ApiReply {
  readonly status: number;
  /** Parsed JSON; null if there is none. */
  readonly body: unknown;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** One signed-in caller. */
export interface ApiClient {
  /** The number of repeated requests. */
  readonly retries: number;
  /**
   * Returns the response, whatever its status. After a lost connection, 429 or 503 it repeats the request with the same
   * `idempotencyKey`; after an access token has expired it signs in again. Throws if that does not help within two
   * minutes.
   */
  request(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<ApiReply>;
}

/** A response that the replay cannot continue with. */
export class UnexpectedReplyError extends Error {
  override name = 'UnexpectedReply';

  constructor(what: string, { status, body }: ApiReply) {
    super(`${what} failed with status ${status}: ${JSON.stringify(body)}`);
  }
}

/** The server does not respond. */
export class ServerUnreachableError extends Error {
  override name = 'Unreachable';

  constructor(url: string, cause: Error) {
    const reason = cause.cause instanceof Error ? cause.cause : cause;
    super(`${url} cannot be reached: ${reason.message || reason.name}`, { cause });
  }
}

/**
 * Throws `ServerUnreachableError` at once, where a request would retry: a wrong address should not cost two minutes.
 */
export async function requireServer(url: string): Promise<void> {
  const reply = await send(url, 'GET', '/health/live', undefined, {});
  if (reply instanceof Error) throw new ServerUnreachableError(url, reply);
  if (reply.status !== 200) throw new UnexpectedReplyError(`${url}/health/live`, reply);
}

/** Signs in (`/api/auth/login`) or signs up (`/api/auth/signup`). */
export async function createApiClient(
  url: string,
  entry: 'login' | 'signup',
  credentials: Credentials,
): Promise<ApiClient> {
  let retries = 0;
  let accessToken = '';

  async function signIn(how: 'login' | 'signup'): Promise<void> {
    const reply = await requestWithRetries('POST', `/api/auth/${how}`, credentials, {});
    if (how === 'signup' && reply.status === 409) return signIn('login');
    if (reply.status !== 200 && reply.status !== 201) {
      throw new UnexpectedReplyError(`${how} of ${credentials.email}`, reply);
    }
    ({ accessToken } = reply.body as { accessToken: string });
  }

  async function requestWithRetries(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<ApiReply> {
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const reply = await send(url, method, path, body, headers);
      if (!(reply instanceof Error) && reply.status !== 503 && reply.status !== 429) return reply;
      if (performance.now() - startedAt > GIVE_UP_AFTER_MS) {
        if (reply instanceof Error) throw new ServerUnreachableError(url, reply);
        return reply;
      }
      retries += 1;
      const retryAfterMs = reply instanceof Error ? 0 : reply.retryAfterMs;
      // Jitter keeps waiting requests from returning all at once.
      await pause(withJitter(Math.max(retryAfterMs, retryDelayMs(attempt)), [0.75, 1.25]));
    }
  }

  await signIn(entry);
  return {
    get retries() {
      return retries;
    },
    async request(method, path, body, idempotencyKey) {
      const headers = (): Record<string, string> => ({
        authorization: `Bearer ${accessToken}`,
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      });
      const reply = await requestWithRetries(method, path, body, headers());
      if (reply.status !== 401) return reply;
      await signIn('login');
      return requestWithRetries(method, path, body, headers());
    },
  };
}

interface TimedReply extends ApiReply {
  readonly retryAfterMs: number;
}

/** Sends a request once. Returns an error for network failures, not for responses. */
async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<TimedReply | Error> {
  try {
    const response = await fetch(url + path, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The server that was named gets the password, and no other.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? null : JSON.parse(text),
      retryAfterMs: Number(response.headers.get('retry-after') ?? 0) * 1000 || 0,
    };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
