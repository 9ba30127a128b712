import { recordAudit } from '../../audit/index.ts';
import type { Source } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { describePasswordChange } from './change-password.ts';
import { accountsErrors } from './errors.ts';
import { requireUncommonPassword } from './password-rule.ts';
import { lockCustomers, setPasswordHash } from './queries.ts';
import { hashToken } from './refresh-tokens.ts';
import { findPasswordReset, usePasswordReset } from './reset-queries.ts';
import { endFamilies } from './session-queries.ts';

/**
 * Sets a new password with the token from a reset mail and ends every session of the user. Throws
 * `accounts.reset_invalid`, and `accounts.password_too_common`, after which the token is still valid.
 */
export async function resetPassword(
  parts: AccountsParts,
  source: Source,
  input: { readonly token: string; readonly newPassword: string },
): Promise<void> {
  const { database, passwords, revocations } = parts;
  const tokenHash = hashToken(input.token);
  // Before the expensive hash, so that made-up tokens cost little.
  const [reset] = await findPasswordReset(database, tokenHash);
  if (reset === undefined) throw new CodedError(accountsErrors.resetInvalid);
  requireUncommonPassword(input.newPassword, reset, '/newPassword');
  const newHash = await passwords.hash(input.newPassword);

  const ended = await database.transaction(async (tx) => {
    // Users first: the lock order of all transactions.
    const [user] = await lockCustomers(tx, [reset.userId]);
    const [used] = await usePasswordReset(tx, tokenHash);
    const [changed] = used === undefined ? [] : await setPasswordHash(tx, used.userId, newHash);
    if (changed === undefined) throw new CodedError(accountsErrors.resetInvalid);
    const families = await endFamilies(tx, changed.id, 'reset', null);
    const actor = { type: 'user', id: changed.id, role: user!.role } as const;
    await recordAudit(tx, { ...source, actor }, [
      describePasswordChange(changed.id, 'reset_link', families.length),
    ]);
    return families;
  });
  revocations.endFamilies(ended.map(({ id }) => id));
}
