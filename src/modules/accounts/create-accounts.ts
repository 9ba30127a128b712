import type { Database } from '../../database/database.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/pagination.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createApiKeyAuthenticator } from './api-key-authenticator.ts';
import { createAuthenticator } from './authenticator.ts';
import { changePassword } from './change-password.ts';
import type { AccountsContext } from './context.ts';
import { createApiKey } from './create-api-key.ts';
import { forgotPassword } from './forgot-password.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listUsers } from './list-users.ts';
import { logIn } from './log-in.ts';
import { logOut } from './log-out.ts';
import { openReset } from './open-reset.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { getProfile, updateProfile } from './profile.ts';
import { refreshSession } from './refresh-session.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { resetPassword } from './reset-password.ts';
import { createResetTokens } from './reset-tokens.ts';
import { createRevocations } from './revocations.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { signUp } from './sign-up.ts';
import { updateUser } from './update-user.ts';

/** With the five seconds below it leaves a reading two tries. */
const REVOCATION_POLL_MS = 2_000;
/** What the contract promises: a revocation counts within five seconds on every server. */
const REVOCATION_STALE_MS = 5_000;

/**
 * Not PUBLIC_URL: servers on one database must take each other's tokens under whatever address they are reached, and a
 * shop that moves to another address should not sign everybody out. Shops are told apart by their secrets.
 */
const TOKEN_NAME = 'holdfast';

export interface AccountsOptions {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly jobs: Jobs;
  /** The work of sending the mail of a reset, by the id of the reset. */
  readonly resetMailJob: (resetId: string) => NewJob;
  readonly clock: Clock;
  /** 32 bytes or more each; the first signs, all verify. The same on every server. */
  readonly jwtSecrets: readonly string[];
  readonly accessTokenMinutes: number;
  readonly refreshTokenDays: number;
  /** Cookies only over TLS: in production. */
  readonly cookieSecure: boolean;
  /** `iss` and `aud` of the access tokens. Both are `holdfast` by default. */
  readonly issuer?: string;
  readonly audience?: string;
  readonly revocationPollMs?: number;
  /** Called when something in the background fails: reading revocations, noting the use of a key. */
  readonly onError?: (error: unknown) => void;
  /** Called when a user was given another name, before he is answered. */
  readonly onUserChanged?: (userId: string) => void;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Builds the room: its use cases, bound to what they work with, and the authenticator for the HTTP shell. */
export function createAccounts(options: AccountsOptions) {
  const { database, jwtSecrets, onError = () => {} } = options;
  const accessTokens = createAccessTokens({
    secrets: jwtSecrets,
    issuer: options.issuer ?? TOKEN_NAME,
    audience: options.audience ?? TOKEN_NAME,
    lifetimeSeconds: Math.round(options.accessTokenMinutes * 60),
  });
  const revocations = createRevocations({
    database,
    clock: options.clock,
    accessLifetimeSeconds: accessTokens.lifetimeSeconds,
    pollMs: options.revocationPollMs ?? REVOCATION_POLL_MS,
    staleMs: REVOCATION_STALE_MS,
    onError,
  });
  const apiKeys = createApiKeyAuthenticator({ database, nowMs: revocations.nowMs, onError });
  const context: AccountsContext = {
    database,
    cursors: options.cursors,
    jobs: options.jobs,
    resetMailJob: options.resetMailJob,
    resetTokens: createResetTokens(jwtSecrets),
    passwords: createPasswordHasher(),
    accessTokens,
    refreshTokens: createRefreshTokens(jwtSecrets),
    refreshTokenDays: options.refreshTokenDays,
    revocations,
    apiKeys,
    onUserChanged: options.onUserChanged ?? (() => {}),
  };
  return {
    authenticator: createAuthenticator({ accessTokens, apiKeys, revocations }),
    cookies: {
      secure: options.cookieSecure,
      accessMaxAgeSeconds: accessTokens.lifetimeSeconds,
      refreshMaxAgeSeconds: options.refreshTokenDays * 86_400,
    },
    signUp: bind(context, signUp),
    logIn: bind(context, logIn),
    refreshSession: bind(context, refreshSession),
    logOut: bind(context, logOut),
    getProfile: bind(context, getProfile),
    updateProfile: bind(context, updateProfile),
    changePassword: bind(context, changePassword),
    forgotPassword: bind(context, forgotPassword),
    openReset: bind(context, openReset),
    resetPassword: bind(context, resetPassword),
    listUsers: bind(context, listUsers),
    updateUser: bind(context, updateUser),
    createApiKey: bind(context, createApiKey),
    listApiKeys: bind(context, listApiKeys),
    revokeApiKey: bind(context, revokeApiKey),
    /** Keeps the revocations read: without it a request reads them every five seconds. */
    start() {
      revocations.start();
    },
    async stop() {
      await revocations.stop();
      await apiKeys.stop();
    },
  };
}

function bind<Rest extends unknown[], Result>(
  context: AccountsContext,
  useCase: (context: AccountsContext, ...rest: Rest) => Result,
): (...rest: Rest) => Result {
  return (...rest) => useCase(context, ...rest);
}
