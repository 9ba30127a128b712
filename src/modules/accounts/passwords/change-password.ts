import { type AuditEntry, recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { CurrentAccess } from '../access/revocations.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { countGuess } from '../devices/count-guess.ts';
import { type Device, forgetOtherDevices } from '../devices/device.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { hasFactor } from '../factors/challenge.ts';
import { voidChallenges } from '../factors/challenge-queries.ts';
import { notify } from '../notices.ts';
import { findCredentialById, setPasswordHash } from '../queries.ts';
import { afterCredentialChange } from '../sessions/end-sessions.ts';
import { requireGoodPassword } from './password-rule.ts';
import { voidPasswordResets } from './reset-queries.ts';

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Changes the caller's own password, ends all their other sessions and spends the access token of this one. Throws `accounts.invalid_credentials` if the
 * current password is wrong or was changed in the meantime, `accounts.password_too_common`, `request.invalid` for a
 * password outside its limits or the current one, and `request.rate_limited`.
 */
export async function changePassword(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  input: PasswordChange,
  device: Device | null = null,
): Promise<void> {
  const { database, revocations } = parts;
  const [user] = await findCredentialById(database, caller.id);
  if (user === undefined) throw wrongPassword();
  const changed = await countGuess(parts, emailKey(user.email), device, () =>
    tryChange(parts, author, caller, input, device),
  );
  if (changed === null) throw wrongPassword();
  revocations.changeAccess(caller.id, changed);
}

/** A stolen session that guesses the password is to be seen like any other guess. */
function wrongPassword(): CodedError {
  return new CodedError(accountsErrors.invalidCredentials, {
    security: { event: 'sign_in.failed', details: { method: 'current_password' } },
  });
}

/** Returns null if the current password is wrong. */
async function tryChange(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  { currentPassword, newPassword }: PasswordChange,
  device: Device | null,
): Promise<CurrentAccess | null> {
  const { database, passwords, shopName } = parts;
  // A second time, because a sign-in may have renewed the hash since it was read, or an admin changed the role.
  for (let attemptsLeft = 2; attemptsLeft > 0; attemptsLeft -= 1) {
    const [user] = await findCredentialById(database, caller.id);
    const matches = await passwords.verify(user?.passwordHash, currentPassword);
    if (user === undefined || !matches) return null;
    const owner = { ...user, hasFactor: await hasFactor(database, user.id) };
    requireGoodPassword(newPassword, owner, shopName, '/newPassword');
    if (await passwords.verify(user.passwordHash, newPassword)) throw samePassword();
    const newHash = await passwords.hash(newPassword);
    const changed = await database.transaction(async (tx) => {
      const [row] = await setPasswordHash(tx, user.id, user.passwordHash, newHash, user.role);
      if (row === undefined) return null;
      await voidPasswordResets(tx, user.id);
      await voidChallenges(tx, user.id);
      await forgetOtherDevices(tx, user.id, device);
      const { familyId } = caller;
      const ended = await afterCredentialChange(parts, tx, user.id, 'password', familyId);
      await recordAudit(tx, author, [describePasswordChange(user.id, 'password', ended)]);
      await notify(parts, tx, { kind: 'password_changed', userId: user.id, source: author });
      return accessAfter(row);
    });
    if (changed !== null) return changed;
  }
  return null;
}

/** Returns the access of a user who has just chosen a password. */
export function accessAfter({
  role,
  vip,
  accessChangedAt,
}: Awaited<ReturnType<typeof setPasswordHash>>[number]): CurrentAccess {
  return {
    role,
    vip,
    disabled: false,
    passwordChangeRequired: false,
    atMs: accessChangedAt.getTime(),
  };
}

export function samePassword(): CodedError {
  return invalidInput('/newPassword', 'This is the current password: choose another one.');
}

/** Describes a new password, without it: what its owner proved, and how many of their sessions ended. */
export function describePasswordChange(
  userId: string,
  provenBy: 'password' | 'reset_link',
  sessionsEnded: number,
): AuditEntry {
  const after = { provenBy, sessionsEnded };
  return { type: 'user.password_changed', subjectId: userId, before: null, after };
}
