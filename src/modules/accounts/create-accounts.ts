import type { Database } from '../../database/database.ts';
import { createPurgeSchedule, type Jobs, type NewJob } from '../../jobs/index.ts';
import { type Channel, createChannel } from '../../shared/channel.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import { createAccessTokens } from './access-tokens.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { createApiKeyAuthenticator } from './api-key-authenticator.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { createRefreshTokens } from './refresh-tokens.ts';
import { purgeResets } from './reset-queries.ts';
import { createResetTokens } from './reset-tokens.ts';
import { createRevocations } from './revocations.ts';
import { registerAccountsRoutes } from './routes.ts';
import { purgeFamilies, purgeSpentTokens } from './session-queries.ts';
import { type Accounts, bindUseCases } from './use-cases.ts';

/** With the five seconds below it leaves a reading two tries. */
const REVOCATION_POLL_MS = 2_000;
/** What the contract promises: a revocation counts within five seconds on every server. */
const REVOCATION_STALE_MS = 5_000;
const PURGE_INTERVAL_MS = 10 * 60_000;

/**
 * Not PUBLIC_URL: servers on one database must take each other's tokens under whatever address they are reached, and a
 * shop that moves to another address should not sign everybody out. Shops are told apart by their secrets.
 */
const TOKEN_NAME = 'holdfast';

export interface AccountsDependencies {
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
  /** Told the id of a user who was given another name, before the caller is answered. Default: nobody listens. */
  readonly changedUsers?: Pick<Channel<string>, 'publish'>;
}

export function createAccounts(dependencies: AccountsDependencies): Module<Accounts> {
  const { database, jwtSecrets, onError = () => {} } = dependencies;
  const accessTokens = createAccessTokens({
    secrets: jwtSecrets,
    issuer: dependencies.issuer ?? TOKEN_NAME,
    audience: dependencies.audience ?? TOKEN_NAME,
    lifetimeSeconds: Math.round(dependencies.accessTokenMinutes * 60),
  });
  const revocations = createRevocations({
    database,
    clock: dependencies.clock,
    accessLifetimeSeconds: accessTokens.lifetimeSeconds,
    pollMs: dependencies.revocationPollMs ?? REVOCATION_POLL_MS,
    staleMs: REVOCATION_STALE_MS,
    onError,
  });
  const apiKeys = createApiKeyAuthenticator({ database, nowMs: revocations.nowMs, onError });
  const parts: AccountsParts = {
    database,
    cursors: dependencies.cursors,
    jobs: dependencies.jobs,
    resetMailJob: dependencies.resetMailJob,
    resetTokens: createResetTokens(jwtSecrets),
    passwords: createPasswordHasher(),
    accessTokens,
    refreshTokens: createRefreshTokens(jwtSecrets),
    refreshTokenDays: dependencies.refreshTokenDays,
    revocations,
    apiKeys,
    changedUsers: dependencies.changedUsers ?? createChannel(),
  };
  const accounts = bindUseCases(parts, dependencies.cookieSecure);
  return {
    api: accounts,
    routes: (app) => registerAccountsRoutes(app, accounts),
    schedules: [
      createPurgeSchedule(database, {
        name: 'accounts.purge-sessions',
        everyMs: PURGE_INTERVAL_MS,
        purges: [purgeFamilies, purgeSpentTokens, purgeResets],
      }),
    ],
    // Without it a request reads the revocations every five seconds.
    start({ serves }) {
      if (serves) revocations.start();
    },
    async stop() {
      await revocations.stop();
      await apiKeys.stop();
    },
  };
}
