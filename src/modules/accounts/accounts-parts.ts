import type { Database } from '../../database/database.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Role } from '../../shared/caller.ts';
import type { Channel } from '../../shared/channel.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { ApiKeyAuthenticator } from './access/api-key-authenticator.ts';
import type { Revocations } from './access/revocations.ts';
import type { DescribeAccount } from './account-description.ts';
import type { AccountMail } from './account-mail.ts';
import type { FactorCipher } from './factor-cipher.ts';
import type { GuessLimits } from './guess-limits.ts';
import type { PasskeyScope } from './passkey-scope.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { LimitSeconds } from './session-limits.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import type { LinkTokens } from './tokens/link-tokens.ts';
import type { OrderTokens } from './tokens/order-tokens.ts';
import type { RefreshTokens } from './tokens/refresh-tokens.ts';

/** The shared dependencies of this module's use cases, created once by `createAccounts`. */
export interface AccountsParts {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly jobs: Jobs;
  /** Builds the job that sends a mail about an account; a later module provides it. */
  readonly accountMailJob: (mail: AccountMail) => NewJob;
  readonly linkTokens: LinkTokens;
  readonly describeAccount: DescribeAccount;
  readonly passwords: PasswordHasher;
  readonly guessLimits: GuessLimits;
  readonly factorCipher: FactorCipher;
  /** Null where passkeys cannot be used, because the shop has no domain. */
  readonly passkeys: PasskeyScope | null;
  /** Must not be a password. */
  readonly shopName: string;
  readonly accessTokens: AccessTokens;
  readonly orderTokens: OrderTokens;
  readonly refreshTokens: RefreshTokens;
  readonly sessionLimits: LimitSeconds;
  /** The roles whose users need a second factor. */
  readonly factorRequiredOf: readonly Role[];
  /** What a user may refund within an hour without a step-up, in minor units; 0: no limit. */
  readonly stepUpRefundMinor: number;
  readonly revocations: Revocations;
  readonly apiKeys: ApiKeyAuthenticator;
  /** Receives the id of a user whose name changed, before the request is answered. */
  readonly changedUsers: Pick<Channel<string>, 'publish'>;
  /** Receives errors of work that no request depends on. */
  readonly onError: (error: unknown) => void;
}
