import { createHoldfastClient, type HoldfastClient, type HoldfastClientOptions } from './client.ts';
import type { operations } from './schema.ts';

/** A session whose tokens are returned, because none of these requests asks for cookies. */
type SignedIn = Required<
  operations['refreshTokens']['responses'][200]['content']['application/json']
>;

type LogInReply = operations['logIn']['responses'][200]['content']['application/json'];
type VerifyBody = operations['verifyLogIn']['requestBody']['content']['application/json'];

/** What a user with a second factor is asked for after the password. */
export type Challenge = Extract<LogInReply, { challenge: unknown }>['challenge'];

/** Exactly one member: a code of the authenticator app, a recovery code, or the response of a passkey. */
export type FactorProof = Omit<VerifyBody, 'challengeId' | 'credentials'>;

/** Thrown if the user has a second factor and no way to prove it was passed. */
export class ChallengeError extends Error {
  override readonly name = 'ChallengeError';
  readonly challenge: Challenge;

  constructor(challenge: Challenge) {
    super('this user has a second factor: pass a function that proves it');
    this.challenge = challenge;
  }
}

export interface SessionTokens {
  readonly accessToken: string;
  /** Valid for one exchange, which returns its successor. */
  readonly refreshToken: string;
  /** The expiry of the access token, in milliseconds since 1970, by this machine's clock. */
  readonly expiresAtMs: number;
}

export interface SessionOptions extends Omit<HoldfastClientOptions, 'token'> {
  /** Called with each new pair, so that a later process can resume with it. */
  readonly onTokens?: (tokens: SessionTokens) => void | Promise<void>;
  /**
   * Returns milliseconds since 1970. Default: the system's clock. It need not be right, because only elapsed time
   * counts.
   */
  readonly now?: () => number;
}

/** A user signed in by bearer token while the process runs. In a browser, the server's cookies do this. */
export interface HoldfastSession {
  /** A client whose calls are made as this user. */
  readonly client: HoldfastClient;
  /** Returns the access token, exchanged for a new one if it is about to expire. */
  token(): Promise<string>;
  /** Ends the session on the server. */
  signOut(): Promise<void>;
}

/** A token that expires sooner is exchanged before it is used, because a request takes time too. */
const MARGIN_MS = 60_000;

/**
 * Signs in. `prove` meets the challenge of a user with a second factor; without it, their sign-in throws `ChallengeError`.
 * Throws `HoldfastError` with `accounts.invalid_credentials` if the credentials are wrong, and with
 * `accounts.factor_invalid` if the proof is.
 */
export async function signIn(
  options: SessionOptions,
  credentials: { readonly email: string; readonly password: string },
  prove?: (challenge: Challenge) => FactorProof | Promise<FactorProof>,
): Promise<HoldfastSession> {
  const client = publicClient(options);
  const { data } = await client.POST('/api/auth/login', { body: credentials });
  const reply = data as LogInReply;
  if (!('challenge' in reply)) return createSession(options, reply as SignedIn);
  const { challenge } = reply;
  if (prove === undefined) throw new ChallengeError(challenge);
  const body = { challengeId: challenge.id, ...(await prove(challenge)) };
  const verified = await client.POST('/api/auth/login/verify', { body });
  return createSession(options, verified.data as SignedIn);
}

/**
 * Resumes an earlier session by its refresh token. Throws `HoldfastError` if the token was used or the session has
 * ended.
 */
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
    const stored = { ...notified, leftMs: countdown(expiresIn * 1000, now) };
    await onTokens?.(notified);
    return stored;
  }

  async function renewTokens(): Promise<string> {
    tokens = await storeTokens(await exchange(options, tokens.refreshToken));
    return tokens.accessToken;
  }

  /** Shares one exchange among all waiting calls: a second one with the same token would look like theft. */
  function renewOnce(): Promise<string> {
    renewing ??= renewTokens().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  async function token(): Promise<string> {
    return tokens.leftMs() > MARGIN_MS ? tokens.accessToken : renewOnce();
  }

  /** The server decides whether a token has expired: a request that it rejects is repeated once with a new token. */
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
 * Returns a function that returns the milliseconds left. Of two clocks, the one that has advanced further counts: the
 * system's may be set back, and the steady one may stop while the machine sleeps.
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
