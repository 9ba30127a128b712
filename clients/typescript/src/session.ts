import { createHoldfastClient, type HoldfastClient, type HoldfastClientOptions } from './client.ts';
import type { operations } from './schema.ts';

type SignedIn = operations['logIn']['responses'][200]['content']['application/json'];

export interface SessionTokens {
  readonly accessToken: string;
  /** Good for one exchange: the session has another one after it. */
  readonly refreshToken: string;
  /** Of the access token, in milliseconds since 1970, by this machine's clock. */
  readonly expiresAtMs: number;
}

export interface SessionOptions extends Omit<HoldfastClientOptions, 'token'> {
  /** Called with each new pair, so that a later process can resume with it. */
  readonly onTokens?: (tokens: SessionTokens) => void | Promise<void>;
  /** Milliseconds since 1970. Default: the system's clock. It need not be right: only what passes by it counts. */
  readonly now?: () => number;
}

/** Somebody signed in by bearer, for as long as the process lives. In a browser, the server's cookies do this. */
export interface HoldfastSession {
  /** Calls of this user. */
  readonly client: HoldfastClient;
  /** The access token, exchanged for a new one when it is about to end. */
  token(): Promise<string>;
  /** Ends the session at the server too. */
  signOut(): Promise<void>;
}

/** An access token that ends sooner is exchanged before it is used: a request takes its time, too. */
const MARGIN_MS = 60_000;

/** Signs in. Throws `HoldfastError` with `accounts.invalid_credentials`. */
export async function signIn(
  options: SessionOptions,
  credentials: { readonly email: string; readonly password: string },
): Promise<HoldfastSession> {
  const { data } = await publicClient(options).POST('/api/auth/login', { body: credentials });
  return createSession(options, data as SignedIn);
}

/** Goes on with the refresh token of an earlier session. Throws `HoldfastError` when it was spent or has ended. */
export async function resumeSession(
  options: SessionOptions,
  refreshToken: string,
): Promise<HoldfastSession> {
  return createSession(options, await exchange(options, refreshToken));
}

async function createSession(options: SessionOptions, first: SignedIn): Promise<HoldfastSession> {
  const { onTokens, now = Date.now } = options;
  const send = options.fetch ?? ((request: Request) => fetch(request));
  let tokens = await storeTokens(first);
  let renewing: Promise<string> | null = null;

  async function storeTokens({ accessToken, refreshToken, expiresIn }: SignedIn) {
    const notified = { accessToken, refreshToken, expiresAtMs: now() + expiresIn * 1000 };
    const taken = { ...notified, leftMs: countdown(expiresIn * 1000, now) };
    await onTokens?.(notified);
    return taken;
  }

  async function renewTokens(): Promise<string> {
    tokens = await storeTokens(await exchange(options, tokens.refreshToken));
    return tokens.accessToken;
  }

  /** One exchange for all that ask meanwhile: a second one with the same token would look like a thief's. */
  function renewOnce(): Promise<string> {
    renewing ??= renewTokens().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function token(): Promise<string> {
    return tokens.leftMs() > MARGIN_MS ? tokens.accessToken : renewOnce();
  }

  /** Whether a token is over is for the server to say: what it refuses is sent once more with a new one. */
  async function sendRenewing(request: Request): Promise<Response> {
    const again = request.clone();
    const response = await send(request);
    if (response.status !== 401) return response;
    const isCurrent = request.headers.get('authorization') === bearer(tokens.accessToken);
    const next = isCurrent ? await renewOnce().catch(() => null) : tokens.accessToken;
    if (next === null) return response;
    again.headers.set('authorization', bearer(next));
    return send(again);
  }

  const client = createHoldfastClient({ ...options, fetch: sendRenewing, token });
  return {
    client,
    token,
    async signOut() {
      await client.POST('/api/auth/logout');
    },
  };
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}

/**
 * What is left of so many milliseconds. By two clocks, whichever is further: the system's may be set back, and the steady
 * one may stop while the machine sleeps.
 */
function countdown(ms: number, now: () => number): () => number {
  const startedAtMs = now();
  const startedSteadyMs = performance.now();
  return () => ms - Math.max(now() - startedAtMs, performance.now() - startedSteadyMs);
}

async function exchange(options: SessionOptions, refreshToken: string): Promise<SignedIn> {
  const { data } = await publicClient(options).POST('/api/auth/refresh', {
    body: { refreshToken },
  });
  return data as SignedIn;
}

function publicClient(options: SessionOptions): HoldfastClient {
  return createHoldfastClient({ ...options, token: () => null });
}
