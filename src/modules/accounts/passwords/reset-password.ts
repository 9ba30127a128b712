import { recordAudit } from '../../../audit/index.ts';
import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type Device, forgetOtherDevices, rememberDevice } from '../devices/device.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { hasFactor } from '../factors/challenge.ts';
import { voidChallenges } from '../factors/challenge-queries.ts';
import { notify } from '../notices.ts';
import { proveAddress } from '../prove-address.ts';
import { lockCustomers, setPasswordHash } from '../queries.ts';
import { afterCredentialChange } from '../sessions/end-sessions.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { mustChangePassword } from '../user.ts';
import { accessAfter, describePasswordChange, samePassword } from './change-password.ts';
import { requireGoodPassword } from './password-rule.ts';
import { findPasswordReset, usePasswordReset, voidPasswordResets } from './reset-queries.ts';

/**
 * Sets a new password with the token from a reset mail, ends every session of the user and voids their other links. The
 * device is known from then on, and its failed sign-ins are forgotten: a reset is always a way in. Returns the user's id.
 * Throws `accounts.reset_invalid`, and `accounts.password_too_common` or `request.invalid`, after which the token is
 * still valid.
 */
export async function resetPassword(
  parts: AccountsParts,
  source: Source,
  input: { readonly token: string; readonly newPassword: string },
  device: Device | null = null,
): Promise<{ readonly userId: string }> {
  const { database, guessLimits, passwords, revocations, shopName } = parts;
  const tokenHash = hashToken(input.token);
  // Before the expensive hash, so that made-up tokens cost little.
  const [reset] = await findPasswordReset(database, tokenHash);
  if (reset === undefined) throw new CodedError(accountsErrors.resetInvalid);
  const owner = { ...reset, hasFactor: await hasFactor(database, reset.userId) };
  requireGoodPassword(input.newPassword, owner, shopName, '/newPassword');
  // Otherwise a password that must be changed could stay.
  if (
    mustChangePassword(reset) &&
    (await passwords.verify(reset.passwordHash, input.newPassword))
  ) {
    throw samePassword();
  }
  const newHash = await passwords.hash(input.newPassword);

  const access = await database.transaction(async (tx) => {
    // Users first: the lock order of all transactions.
    await lockCustomers(tx, [reset.userId]);
    const [used] = await usePasswordReset(tx, tokenHash);
    const [changed] =
      used === undefined ? [] : await setPasswordHash(tx, used.userId, null, newHash, reset.role);
    if (changed === undefined) throw new CodedError(accountsErrors.resetInvalid);
    await voidPasswordResets(tx, changed.id);
    await voidChallenges(tx, changed.id);
    await forgetOtherDevices(tx, changed.id, device);
    if (device !== null) await rememberDevice(tx, changed.id, device);
    const ended = await afterCredentialChange(parts, tx, changed.id, 'reset', null);
    // Only who reads the mail of the address has the link.
    await proveAddress(tx, source, changed);
    await notify(parts, tx, { kind: 'password_changed', userId: changed.id, source });
    const actor = { type: 'user', id: changed.id, role: changed.role } as const;
    await recordAudit(tx, { ...source, actor }, [
      describePasswordChange(changed.id, 'reset_link', ended),
    ]);
    return accessAfter(changed);
  });
  revocations.changeAccess(reset.userId, access);
  if (device !== null) await guessLimits.forgive(device.network, emailKey(reset.email));
  return { userId: reset.userId };
}
