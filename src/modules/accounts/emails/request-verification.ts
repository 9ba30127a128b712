import type { UserCaller } from '../../../shared/caller.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { emailKey } from '../email.ts';
import { findUser, lockCustomers } from '../queries.ts';
import { sendVerification } from './add-link.ts';

/** Sends the caller another link to prove their address, at most five an hour; nothing if it is proven. */
export async function requestVerification(parts: AccountsParts, caller: UserCaller): Promise<void> {
  await parts.database.transaction(async (tx) => {
    // Locked, so that requests at once are counted one after the other.
    await lockCustomers(tx, [caller.id]);
    const [user] = await findUser(tx, caller.id);
    if (user === undefined || user.emailVerified) return;
    const email = { address: user.email, key: emailKey(user.email) };
    await sendVerification(parts, tx, user.id, email);
  });
}
