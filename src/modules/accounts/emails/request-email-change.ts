import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import { pause } from '../../../shared/pause.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type Email, emailKey } from '../email.ts';
import { lockGuests } from '../guests.ts';
import { findReservation } from '../link-queries.ts';
import { notify } from '../notices.ts';
import { findCredential, findUser, lockCustomers } from '../queries.ts';
import { addLink, mailLink } from './add-link.ts';

/** The minimum duration, so that the time does not reveal whether the address has an account. */
const RESPONSE_MS_MIN = 150;

/**
 * Sends the new address of an account a link that gives it to the account, and tells the former one, at most five times an
 * hour. An address of another account gets a mail that says so; the caller sees no difference.
 */
export async function requestEmailChange(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  email: Email,
): Promise<void> {
  await Promise.all([addChange(parts, author, caller, email), pause(RESPONSE_MS_MIN)]);
}

async function addChange(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  email: Email,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    // Addresses, then users: the lock order of all transactions. So mails to one address are counted one after the other.
    await lockGuests(tx, { emailKeys: [email.key], networks: [] });
    await lockCustomers(tx, [caller.id]);
    const [user] = await findUser(tx, caller.id);
    if (user === undefined || user.disabled) throw new CodedError(authErrors.unauthenticated);
    if (user.email === email.address) return;
    const undoId = newId();
    const userId = user.id;
    const changeId = await addLink(parts, tx, { userId, purpose: 'change', email, undoId });
    if (changeId === null) return;
    const [owner] = await findCredential(tx, email.key);
    const [reserved] = await findReservation(tx, email.key, userId);
    const isTaken = reserved !== undefined || (owner !== undefined && owner.id !== userId);
    await mailLink(parts, tx, isTaken ? 'email.taken' : 'email.confirm', changeId);
    const former = { address: user.email, key: emailKey(user.email) };
    const undo = await addLink(parts, tx, { id: undoId, userId, purpose: 'undo', email: former });
    if (undo === null) throw new Error('a change of address would have no link that undoes it');
    const recipient = former.address;
    const notice = { kind: 'email_change_requested', userId, source: author, recipient } as const;
    await notify(parts, tx, { ...notice, undoId });
  });
}
