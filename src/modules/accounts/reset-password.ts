import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { accountsErrors } from './errors.ts';
import { requireUncommonPassword } from './password-rule.ts';
import { lockCustomers, setPasswordHash } from './queries.ts';
import { hashToken } from './refresh-tokens.ts';
import { findPasswordReset, usePasswordReset } from './reset-queries.ts';
import { endFamilies } from './session-queries.ts';

/**
 * Sets a new password by the token of a reset mail; every session of the user ends. Throws `accounts.reset_invalid`, and
 * `accounts.password_too_common`, after which the token is still good.
 */
export async function resetPassword(
  parts: AccountsParts,
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
    // Users before all else: the order in which everybody locks.
    await lockCustomers(tx, [reset.userId]);
    const [used] = await usePasswordReset(tx, tokenHash);
    const [changed] = used === undefined ? [] : await setPasswordHash(tx, used.userId, newHash);
    if (changed === undefined) throw new CodedError(accountsErrors.resetInvalid);
    return endFamilies(tx, changed.id, 'reset', null);
  });
  revocations.endFamilies(ended.map(({ id }) => id));
}
