import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { HoldfastError, readProblem } from './problem.ts';
import { retryAfterMs } from './retry-after.ts';
import { createRetryingFetch } from './retrying-fetch.ts';
import type { paths } from './schema.ts';

export type HoldfastClient = Client<paths>;

export interface HoldfastClientOptions {
  /**
   * The URL of the server, with its path if it has one, such as `https://shop.example/orders`. In a browser on the same
   * origin, the path alone or `''`.
   */
  readonly baseUrl: string;
  /**
   * An access token, an API key or the token of one order, or a function that returns the current one. Without it, a
   * browser uses cookies.
   */
  readonly token?: string | (() => string | null | Promise<string | null>);
  /** The maximum number of attempts of a call if the server is unavailable, busy or limits the caller. Default 4. */
  readonly triesMax?: number;
  /** The time limit of one attempt. Default 20 s. */
  readonly timeoutMs?: number;
  /** Default: the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

const IDEMPOTENT_BY_KEY = new Set(['POST', 'PATCH']);
/**
 * The server accepts no key there. These calls may be repeated without one; a sign-up may not, because the first
 * attempt may have taken its address.
 */
const AUTH_PATH = '/api/auth/';
const REPEATABLE_PATHS = ['login', 'refresh', 'logout', 'profile', 'password/forgot'].map(
  (name) => AUTH_PATH + name,
);

/**
 * Creates a client with every operation of the server, typed by its OpenAPI document:
 *
 * const holdfast = createHoldfastClient({ baseUrl, token }); const { data: order } = await holdfast.POST('/api/orders',
 * { body: { items } });
 *
 * Every POST and PATCH carries an `Idempotency-Key`, the same on each attempt, so that a repeated call takes effect
 * once. Those under `/api/auth` have none, and are repeated only where that is harmless. A refusal is thrown as
 * `HoldfastError`.
 */
export function createHoldfastClient(options: HoldfastClientOptions): HoldfastClient {
  const { token, triesMax = 4, timeoutMs = 20_000 } = options;
  const send = options.fetch ?? ((request: Request) => fetch(request));
  const client = createClient<paths>({
    baseUrl: options.baseUrl,
    credentials: token === undefined ? 'same-origin' : 'omit',
    fetch: createRetryingFetch(send, { triesMax, timeoutMs }, mayRepeat),
  });
  client.use(keyed, authorized(token), refusing);
  return client;
}

/** Creates an idempotency key. Not by `randomUUID`, which browsers offer only on pages served over HTTPS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function mayRepeat(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return REPEATABLE_PATHS.some((path) => pathname.endsWith(path));
}

const keyed: Middleware = {
  onRequest({ request, schemaPath }) {
    // Not the path of the URL, which starts with the server's own path.
    const acceptsKey = IDEMPOTENT_BY_KEY.has(request.method) && !schemaPath.startsWith(AUTH_PATH);
    if (acceptsKey && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', newKey());
    }
    return request;
  },
};

function authorized(token: HoldfastClientOptions['token']): Middleware {
  return {
    async onRequest({ request }) {
      const current = typeof token === 'function' ? await token() : token;
      if (current) request.headers.set('authorization', `Bearer ${current}`);
      return request;
    },
  };
}

const refusing: Middleware = {
  async onResponse({ response }) {
    // 304 is an answer, not a refusal.
    if (response.status < 400) return;
    throw new HoldfastError(await readProblem(response), retryAfterMs(response));
  },
};
