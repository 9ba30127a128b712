import { recordAudit } from '../../../audit/index.ts';
import type { Author } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { auditedKey } from '../access/api-key.ts';
import { revokeApiKeyRow } from '../access/api-key-queries.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';

/** Revokes a key, here at once, on other servers within three seconds. Throws `accounts.key_not_found`. */
export async function revokeApiKey(
  parts: AccountsParts,
  author: Author,
  id: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const [revoked] = await revokeApiKeyRow(tx, id);
    if (revoked === undefined) throw new CodedError(accountsErrors.keyNotFound);
    const before = auditedKey(revoked);
    await recordAudit(tx, author, [
      { type: 'api_key.revoked', subjectId: id, before, after: null },
    ]);
  });
  parts.apiKeys.forget();
}
