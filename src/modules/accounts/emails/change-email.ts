import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import type { Email } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { takeLink, updateEmail } from '../link-queries.ts';
import { voidPasswordResets } from '../passwords/reset-queries.ts';
import { lockCustomers } from '../queries.ts';
import type { Customer } from '../user.ts';

/** A user as their row is locked, with an address as every user has. */
export type LinkedUser = Customer & { readonly email: string };

/**
 * Locks the user of a link and uses the link up. Throws `accounts.link_invalid` if it no longer works or the user was
 * disabled.
 */
export async function takeLinkOf(
  tx: Transaction,
  link: { readonly id: string; readonly userId: string },
): Promise<LinkedUser> {
  // Users first: the lock order of all transactions.
  const [user] = await lockCustomers(tx, [link.userId]);
  const [taken] =
    user === undefined || user.guest || user.disabled ? [] : await takeLink(tx, link.id);
  if (user === undefined || user.email === null || taken === undefined) {
    throw new CodedError(accountsErrors.linkInvalid);
  }
  return { ...user, email: user.email };
}

/**
 * Gives a user another address, which is proven, and voids the links of resets, which went to the former one. Throws
 * `accounts.email_taken`. `undone`: with the link that undoes a change.
 */
export async function setEmail(
  parts: Pick<AccountsParts, 'changedUsers'>,
  tx: Transaction,
  source: Source,
  user: LinkedUser,
  { address, key }: Email,
  undone?: { readonly sessionsEnded: number },
): Promise<void> {
  await updateEmail(tx, user.id, address, key);
  await voidPasswordResets(tx, user.id);
  const actor = { type: 'user', id: user.id, role: user.role } as const;
  await recordAudit(tx, { ...source, actor }, [
    {
      type: 'user.email_changed',
      subjectId: user.id,
      before: { email: user.email },
      after: { email: address, ...undone },
      reason: undone && 'It was undone with the link of a mail.',
    },
  ]);
  tx.afterCommit(() => parts.changedUsers.publish(user.id));
}
