import { recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { lockOwner } from './add-factor.ts';
import { countFactors } from './factor-queries.ts';
import { replaceRecoveryCodes } from './recovery-codes.ts';

/** Gives the caller new recovery codes; the old ones are void. Throws `accounts.factor_missing` without a factor. */
export function createRecoveryCodes(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
): Promise<{ readonly recoveryCodes: string[] }> {
  return parts.database.transaction(async (tx) => {
    await lockOwner(tx, caller);
    const [factors] = await countFactors(tx, caller.id);
    if (factors!.confirmed === 0) throw new CodedError(accountsErrors.factorMissing);
    const recoveryCodes = await replaceRecoveryCodes(tx, caller.id);
    const after = { codes: recoveryCodes.length };
    await recordAudit(tx, author, [
      { type: 'user.recovery_codes_created', subjectId: caller.id, before: null, after },
    ]);
    const userId = caller.id;
    await notify(parts, tx, { kind: 'recovery_codes_created', userId, source: author });
    return { recoveryCodes };
  });
}
