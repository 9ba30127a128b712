import { type AuditEntry, recordAudit } from '../../audit/index.ts';
import type { Author, UserCaller } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { accountsErrors } from './errors.ts';
import { requireUncommonPassword } from './password-rule.ts';
import { findCredentialById, replacePasswordHash } from './queries.ts';
import { cancelPasswordResets } from './reset-queries.ts';
import { endFamilies } from './session-queries.ts';

/**
 * Changes the caller's own password and ends all their other sessions. Throws `accounts.invalid_credentials` if the
 * current password is wrong or was changed in the meantime, and `accounts.password_too_common`.
 */
export async function changePassword(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  input: { readonly currentPassword: string; readonly newPassword: string },
): Promise<void> {
  const { database, passwords, revocations } = parts;
  const [user] = await findCredentialById(database, caller.id);
  const oldHash = user?.passwordHash;
  const matches = await passwords.verify(oldHash, input.currentPassword);
  if (user === undefined || oldHash === undefined || !matches) {
    throw new CodedError(accountsErrors.invalidCredentials);
  }
  requireUncommonPassword(input.newPassword, user, '/newPassword');
  const newHash = await passwords.hash(input.newPassword);

  const ended = await database.transaction(async (tx) => {
    const [changed] = await replacePasswordHash(tx, caller.id, oldHash, newHash);
    if (changed === undefined) throw new CodedError(accountsErrors.invalidCredentials);
    await cancelPasswordResets(tx, caller.id);
    const families = await endFamilies(tx, caller.id, 'password', caller.familyId);
    await recordAudit(tx, author, [describePasswordChange(caller.id, 'password', families.length)]);
    return families;
  });
  revocations.endFamilies(ended.map(({ id }) => id));
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
