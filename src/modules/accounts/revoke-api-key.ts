import { CodedError } from '../../shared/errors.ts';
import { revokeApiKeyRow } from './api-key-queries.ts';
import type { AccountsContext } from './context.ts';
import { accountsErrors } from './errors.ts';

/** Ends a key: here at once, on other servers within three seconds. Throws `accounts.key_not_found`. */
export async function revokeApiKey(context: AccountsContext, id: string): Promise<void> {
  const [revoked] = await revokeApiKeyRow(context.database, id);
  if (revoked === undefined) throw new CodedError(accountsErrors.keyNotFound);
  context.apiKeys.forget();
}
