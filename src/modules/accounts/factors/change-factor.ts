import { recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { isFactorRequired } from '../required-factor.ts';
import { afterFactorChange, lockOwner } from './add-factor.ts';
import { auditedFactor, type FactorView, factorView } from './factor.ts';
import {
  countFactors,
  deleteFactor,
  deleteRecoveryCodes,
  type FactorRow,
  renameFactor,
} from './factor-queries.ts';

/** Renames a factor of the caller. Throws `accounts.factor_not_found`. */
export function updateFactor(
  { database }: AccountsParts,
  author: Author,
  caller: UserCaller,
  id: string,
  { name }: { readonly name: string },
): Promise<FactorView> {
  return database.transaction(async (tx) => {
    const [factor] = await renameFactor(tx, caller.id, id, name);
    if (factor === undefined) throw new CodedError(accountsErrors.factorNotFound);
    const after = auditedFactor(factor);
    await recordAudit(tx, author, [
      {
        type: 'user.factor_changed',
        subjectId: caller.id,
        before: { ...after, name: factor.formerName },
        after,
      },
    ]);
    return factorView(factor);
  });
}

/**
 * Removes a factor of the caller, and with the last one their recovery codes. Returns null for one that was never
 * confirmed, which nobody needs to hear of. Throws `accounts.factor_not_found`, and `accounts.last_factor` where one is
 * required.
 */
export function removeFactor(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  id: string,
): Promise<Pick<FactorRow, 'type' | 'name'> | null> {
  return parts.database.transaction(async (tx) => {
    const user = await lockOwner(tx, caller);
    const [factor] = await deleteFactor(tx, caller.id, id);
    if (factor === undefined) throw new CodedError(accountsErrors.factorNotFound);
    if (!factor.isConfirmed) return null;
    const [left] = await countFactors(tx, caller.id);
    if (left!.confirmed === 0) {
      if (isFactorRequired(parts, user)) throw new CodedError(accountsErrors.lastFactor);
      await deleteRecoveryCodes(tx, caller.id);
    }
    await afterFactorChange(parts, tx, caller);
    await recordAudit(tx, author, [
      {
        type: 'user.factor_removed',
        subjectId: caller.id,
        before: auditedFactor(factor),
        after: null,
      },
    ]);
    const { type } = factor;
    await notify(parts, tx, {
      kind: 'factor_removed',
      userId: caller.id,
      source: author,
      factor: type,
    });
    return factor;
  });
}
