import { recordAudit } from '../../audit/index.ts';
import { type Claim, type Once, once } from '../../database/idempotency.ts';
import type { Author, Scope, UserCaller } from '../../shared/caller.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { newId } from '../../shared/ids.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { type ApiKeyView, apiKeyView, auditedKey, createApiKeySecret } from './api-key.ts';
import { insertApiKey } from './api-key-queries.ts';

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** RFC 3339; in the future by the database's clock. */
  readonly expiresAt?: string;
}

/**
 * A created key. Only the first response contains the secret; it is not stored, so a repeated request cannot return it.
 */
export type CreatedApiKey = ApiKeyView & { readonly secret?: string };

/** Creates an API key. Throws `request.invalid` if the expiry has passed. */
export async function createApiKey(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  claim: Claim | null,
  input: NewApiKey,
): Promise<Once<CreatedApiKey>> {
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  // Such as a leap second, which the format allows and Date does not.
  if (expiresAt !== null && Number.isNaN(expiresAt.getTime())) throw invalidExpiry();
  const { secret, prefix, secretHash } = createApiKeySecret();
  const outcome = await once(parts.database, claim, async (tx) => {
    const [key] = await insertApiKey(
      tx,
      newId(),
      input.name,
      prefix,
      secretHash,
      input.scopes,
      caller.id,
      expiresAt,
    );
    if (key === undefined) throw invalidExpiry();
    const after = auditedKey(key);
    await recordAudit(tx, author, [
      { type: 'api_key.created', subjectId: key.id, before: null, after },
    ]);
    return apiKeyView(key);
  });
  return outcome.replayed ? outcome : { ...outcome, result: { ...outcome.result, secret } };
}

function invalidExpiry() {
  return invalidInput('/expiresAt', 'The expiry must be in the future.');
}
