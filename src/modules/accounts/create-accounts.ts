import type { Database } from '../../database/database.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Role } from '../../shared/caller.ts';
import { type Channel, createChannel } from '../../shared/channel.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/pagination.ts';
import { type SecurityLog, silentSecurityLog } from '../../shared/security-events.ts';
import type { Module } from '../module.ts';
import { createApiKeyAuthenticator } from './access/api-key-authenticator.ts';
import { createRevocations } from './access/revocations.ts';
import { createAccountDescriber } from './account-description.ts';
import type { AccountMail } from './account-mail.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { purgeDevices } from './devices/device-queries.ts';
import { createFactorCipher } from './factor-cipher.ts';
import { purgeChallenges } from './factors/challenge-queries.ts';
import { purgePendingFactors } from './factors/factor-queries.ts';
import { purgeFailures } from './factors/failure-queries.ts';
import { type GuessLimits, noGuessLimits } from './guess-limits.ts';
import { purgeLinks } from './link-queries.ts';
import { purgeNotices } from './notice-queries.ts';
import type { PasskeyScope } from './passkey-scope.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { purgeResets } from './passwords/reset-queries.ts';
import { registerAccountsRoutes } from './routes.ts';
import { type SessionLimits, toLimitSeconds } from './session-limits.ts';
import { forgetOrigins, purgeFamilies, purgeSpentTokens } from './sessions/session-queries.ts';
import { createAccessTokens } from './tokens/access-tokens.ts';
import { createLinkTokens } from './tokens/link-tokens.ts';
import { createOrderTokens } from './tokens/order-tokens.ts';
import { createRefreshTokens } from './tokens/refresh-tokens.ts';
import { type Accounts, bindUseCases } from './use-cases.ts';

/** Leaves two attempts to read within the five seconds below. */
const REVOCATION_POLL_MS = 2_000;
/** The contract: a revocation takes effect within five seconds on every server. */
const REVOCATION_STALE_MS = 5_000;
const PURGE_INTERVAL_MS = 10 * 60_000;

/**
 * Not PUBLIC_URL: servers on one database must accept each other's tokens regardless of the address they are reached
 * by, and moving a shop to another address should not sign everyone out. Shops are distinguished by their secrets.
 */
const TOKEN_NAME = 'holdfast';

export interface AccountsDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly jobs: Jobs;
  /** Builds the job that sends a mail about an account. */
  readonly accountMailJob: (mail: AccountMail) => NewJob;
  readonly clock: Clock;
  /** At least 32 bytes each; the first signs, all verify. The same on every server. */
  readonly jwtSecrets: readonly string[];
  /** At least 32 bytes each; the first encrypts the secrets of factors, all decrypt. The same on every server. */
  readonly factorKeys: readonly string[];
  /** Null where passkeys cannot be used. */
  readonly passkeys: PasskeyScope | null;
  readonly accessTokenMinutes: number;
  readonly sessionLimits: SessionLimits;
  readonly shopName: string;
  /** The roles whose users need a second factor. Default: none. */
  readonly factorRequiredOf?: readonly Role[];
  /** What a user may refund within an hour without a step-up, in minor units. Default: 0, no limit. */
  readonly stepUpRefundMinor?: number;
  /** Default: none. */
  readonly guessLimits?: GuessLimits;
  /** `iss` and `aud` of the access tokens. Both are `holdfast` by default. Order tokens have the audience `<aud>/orders`. */
  readonly issuer?: string;
  readonly audience?: string;
  readonly revocationPollMs?: number;
  /** Called when background work fails: reading revocations or recording the use of a key. */
  readonly onError?: (error: unknown) => void;
  /** Receives what no request waits for: the first use of a key. Default: nothing is recorded. */
  readonly securityLog?: SecurityLog;
  /** Receives the id of a user whose name changed, before the request is answered. Default: no subscribers. */
  readonly changedUsers?: Pick<Channel<string>, 'publish'>;
}

export function createAccounts(dependencies: AccountsDependencies): Module<Accounts> {
  const { database, jwtSecrets, onError = () => {} } = dependencies;
  const { issuer = TOKEN_NAME, audience = TOKEN_NAME } = dependencies;
  const accessTokens = createAccessTokens({
    secrets: jwtSecrets,
    issuer,
    audience,
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
  const apiKeys = createApiKeyAuthenticator({
    database,
    nowMs: revocations.nowMs,
    securityLog: dependencies.securityLog ?? silentSecurityLog,
    onError,
  });
  const parts: AccountsParts = {
    database,
    cursors: dependencies.cursors,
    jobs: dependencies.jobs,
    accountMailJob: dependencies.accountMailJob,
    linkTokens: createLinkTokens(jwtSecrets),
    describeAccount: createAccountDescriber(jwtSecrets),
    passwords: createPasswordHasher(),
    factorCipher: createFactorCipher(dependencies.factorKeys),
    passkeys: dependencies.passkeys,
    guessLimits: dependencies.guessLimits ?? noGuessLimits,
    shopName: dependencies.shopName,
    accessTokens,
    orderTokens: createOrderTokens({ secrets: jwtSecrets, issuer, audience: `${audience}/orders` }),
    refreshTokens: createRefreshTokens(jwtSecrets),
    sessionLimits: toLimitSeconds(dependencies.sessionLimits),
    factorRequiredOf: dependencies.factorRequiredOf ?? [],
    stepUpRefundMinor: dependencies.stepUpRefundMinor ?? 0,
    revocations,
    apiKeys,
    changedUsers: dependencies.changedUsers ?? createChannel(),
    onError,
  };
  const accounts = bindUseCases(parts);
  return {
    api: accounts,
    routes: (app) => registerAccountsRoutes(app, accounts),
    purges: [
      {
        name: 'accounts.purge-sessions',
        everyMs: PURGE_INTERVAL_MS,
        slices: {
          session_origins: forgetOrigins,
          sessions: purgeFamilies,
          spent_tokens: purgeSpentTokens,
          password_resets: purgeResets,
          devices: purgeDevices,
          pending_factors: purgePendingFactors,
          challenges: purgeChallenges,
          factor_failures: purgeFailures,
          email_links: purgeLinks,
          notices: purgeNotices,
        },
      },
    ],
    // Without polling, a request would read the revocations every five seconds.
    start({ serves }) {
      if (serves) revocations.start();
    },
    async stop() {
      await revocations.stop();
      await apiKeys.stop();
    },
  };
}
