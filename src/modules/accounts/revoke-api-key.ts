import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { revokeApiKeyRow } from './api-key-queries.ts';
import { accountsErrors } from './errors.ts';

/** Revokes a key, here at once, on other servers within three seconds. Throws `accounts.key_not_found`. */
export async function revokeApiKey(parts: AccountsParts, id: string): Promise<void> {
  const [revoked] = await revokeApiKeyRow(parts.database, id);
  if (revoked === undefined) throw new CodedError(accountsErrors.keyNotFound);
  parts.apiKeys.forget();
}
