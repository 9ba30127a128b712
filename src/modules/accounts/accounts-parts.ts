import type { Database } from '../../database/database.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Channel } from '../../shared/channel.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { ApiKeyAuthenticator } from './api-key-authenticator.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { ResetTokens } from './reset-tokens.ts';
import type { Revocations } from './revocations.ts';

/** What the use cases of this room work with; made once by `createAccounts`. */
export interface AccountsParts {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly jobs: Jobs;
  /** The work of sending the mail of a reset, which a module further down knows how to do. */
  readonly resetMailJob: (resetId: string) => NewJob;
  readonly resetTokens: ResetTokens;
  readonly passwords: PasswordHasher;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly refreshTokenDays: number;
  readonly revocations: Revocations;
  readonly apiKeys: ApiKeyAuthenticator;
  /** Told the id of a user whose name or address changed, before the caller is answered. */
  readonly changedUsers: Pick<Channel<string>, 'publish'>;
}
