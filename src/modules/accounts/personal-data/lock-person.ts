import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Author } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { lockGuests } from '../guests.ts';
import { isActiveAdmin } from '../user.ts';
import { type HeldKeysFate, listEndedKeys, settleKeys } from '../users/held-keys.ts';
import { findAddressKey, type LockedPersonRow, lockPersonAndAdmins } from './erase-queries.ts';

export interface ErasureOrder {
  /** The account or the guest. */
  readonly id: string;
  /** The admin who erases them. */
  readonly byId: string;
  /** What becomes of the API keys that the person holds. */
  readonly keys: HeldKeysFate | undefined;
}

/** A person under the locks of all of their rows in `users`. */
export interface LockedPerson {
  /** What tells who they are: addresses, names and phone numbers. */
  readonly identifiers: readonly string[];
  /** The keys that ended. */
  readonly endedKeyIds: readonly string[];
}

/**
 * Locks a person to be erased: their address against orders of guests, their account against orders, sign-ins and changes,
 * and the guests of their address. Settles the API keys that they hold. Throws `accounts.not_found`, `accounts.erase_self`,
 * `accounts.last_admin` and `accounts.keys_held`, and `auth.forbidden` once the caller is no active admin any more.
 */
export async function lockPerson(
  { apiKeys }: AccountsParts,
  tx: Transaction,
  author: Author,
  { id, byId, keys }: ErasureOrder,
): Promise<LockedPerson> {
  const [found] = await findAddressKey(tx, id);
  if (found === undefined) throw new CodedError(accountsErrors.notFound);
  if (id === byId) throw new CodedError(accountsErrors.eraseSelf);
  // Addresses first: the lock order of all transactions.
  const emailKeys = found.emailKey === null ? [] : [found.emailKey];
  await lockGuests(tx, { emailKeys, networks: [] });
  const locked = await lockPersonAndAdmins(tx, id);
  const person = locked.find((row) => row.id === id)!;
  const others = locked.filter((row) => row.id !== id);
  if (isActiveAdmin(person) && !others.some(isActiveAdmin)) {
    throw new CodedError(accountsErrors.lastAdmin);
  }
  const by = locked.find((row) => row.id === byId);
  // They were erased, or lost the role, after the request was admitted: what cannot be undone is not done for them.
  if (by === undefined || !isActiveAdmin(by)) throw new CodedError(authErrors.forbidden);
  const settled = person.guest ? [] : await settleKeys(tx, id, keys, others);
  await recordAudit(tx, author, settled);
  const endedKeyIds = listEndedKeys(settled);
  if (endedKeyIds.length > 0) tx.afterCommit(apiKeys.forget);
  return {
    identifiers: [person, ...others.filter(({ guest }) => guest)].flatMap(listIdentifiers),
    endedKeyIds,
  };
}

/** Ends the API keys that a person holds who is erased once more. */
export async function endKeysOf(
  { apiKeys }: Pick<AccountsParts, 'apiKeys'>,
  tx: Transaction,
  author: Author,
  id: string,
): Promise<void> {
  const settled = await settleKeys(tx, id, 'end', []);
  await recordAudit(tx, author, settled);
  if (settled.length > 0) tx.afterCommit(apiKeys.forget);
}

function listIdentifiers({ email, name, phone }: LockedPersonRow): string[] {
  return [email, name, phone].filter((text) => text !== null && text !== '') as string[];
}
