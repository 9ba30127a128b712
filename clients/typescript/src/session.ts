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
  /** Milliseconds since 1970. Default: the system's clock. */
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
  let tokens = await take(first);
  let renewing: Promise<string> | null = null;

  async function take({ accessToken, refreshToken, expiresIn }: SignedIn): Promise<SessionTokens> {
    const taken = { accessToken, refreshToken, expiresAtMs: now() + expiresIn * 1000 };
    await onTokens?.(taken);
    return taken;
  }

  async function renew(): Promise<string> {
    tokens = await take(await exchange(options, tokens.refreshToken));
    return tokens.accessToken;
  }

  async function token(): Promise<string> {
    if (now() < tokens.expiresAtMs - MARGIN_MS) return tokens.accessToken;
    // One exchange for all that ask meanwhile: a second one with the same token would look like a thief's.
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  const client = createHoldfastClient({ ...options, token });
  return {
    client,
    token,
    async signOut() {
      await client.POST('/api/auth/logout');
    },
  };
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
