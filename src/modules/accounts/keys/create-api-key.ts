import { recordAudit } from '../../../audit/index.ts';
import { type Claim, type Once, once } from '../../../database/idempotency.ts';
import type { Author, Scope, UserCaller } from '../../../shared/caller.ts';
import { authErrors, invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import {
  type ApiKeyView,
  apiKeyView,
  auditedKey,
  createApiKeySecret,
  NEVER,
} from '../access/api-key.ts';
import { insertApiKey, type KeyTerms, lockKeyHolder } from '../access/api-key-queries.ts';
import type { AccountsParts } from '../accounts-parts.ts';

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** RFC 3339, at most a year ahead by the database's clock, or `never`. Default: in 90 days. */
  readonly expiresAt?: string;
  /**
   * The largest sum that a key with `payments:refund` may refund within an hour, in minor units. Default: what a user may
   * refund without a step-up.
   */
  readonly refundMax?: number;
}

/**
 * A created key. Only the first response contains the secret; it is not stored, so a repeated request cannot return it.
 */
export type CreatedApiKey = ApiKeyView & { readonly secret?: string };

/**
 * Creates an API key, which its creator holds. Throws `request.invalid` for an expiry that has passed or is too far
 * ahead, and for `refundMax` without `payments:refund`; `auth.forbidden` if the caller has just lost their access.
 */
export async function createApiKey(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  claim: Claim | null,
  input: NewApiKey,
): Promise<Once<CreatedApiKey>> {
  const refundMaxMinor = chooseRefundMax(parts, input);
  const { secret, prefix, secretHash } = createApiKeySecret();
  const outcome = await once(parts.database, claim, async (tx) => {
    const [terms] = await lockKeyHolder(tx, caller.id);
    if (terms === undefined) throw new CodedError(authErrors.forbidden);
    const expiresAt = chooseExpiry(input.expiresAt, terms);
    const [key] = await insertApiKey(
      tx,
      newId(),
      input.name,
      prefix,
      secretHash,
      input.scopes,
      caller.id,
      expiresAt,
      refundMaxMinor,
    );
    const after = auditedKey(key!);
    await recordAudit(tx, author, [
      { type: 'api_key.created', subjectId: key!.id, before: null, after },
    ]);
    return apiKeyView(key!);
  });
  return outcome.replayed ? outcome : { ...outcome, result: { ...outcome.result, secret } };
}

/** Returns what a key may refund within an hour; null: no limit, or nothing. */
function chooseRefundMax(
  { stepUpRefundMinor }: AccountsParts,
  { scopes, refundMax }: NewApiKey,
): number | null {
  const refunds = scopes.includes('payments:refund');
  if (refundMax !== undefined && !refunds) {
    throw invalidInput('/refundMax', 'It belongs to a key with the scope payments:refund.');
  }
  if (!refunds) return null;
  return refundMax ?? (stepUpRefundMinor === 0 ? null : stepUpRefundMinor);
}

/** Returns when a key ends; null: never. */
function chooseExpiry(stated: string | undefined, terms: KeyTerms): Date | null {
  if (stated === undefined) return terms.usualExpiry;
  if (stated === NEVER) return null;
  const expiresAt = new Date(stated);
  // A leap second is no Date, although the format allows it.
  if (!(expiresAt > terms.now)) {
    throw invalidInput('/expiresAt', 'The expiry must be in the future.');
  }
  if (expiresAt > terms.latestExpiry) {
    throw invalidInput(
      '/expiresAt',
      'A key lasts at most a year. For one that never ends, write "never".',
    );
  }
  return expiresAt;
}
