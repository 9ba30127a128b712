import { toColumnArrays } from '../../database/column-arrays.ts';
import type { Transaction } from '../../database/database.ts';
import type { Email } from './email.ts';
import { insertGuestRows, lockGuestKeys, newGuestColumns } from './guest-queries.ts';

/** The customer of one order who has no account, or does not use it. */
export interface NewGuest {
  readonly id: string;
  /** Null only for a guest whom staff enter. */
  readonly email: Email | null;
  /** Empty if unknown. */
  readonly name: string;
  /** E.164. */
  readonly phone: string | null;
}

/** Inserts the guests of new orders, in one statement. */
export async function insertGuests(tx: Transaction, guests: readonly NewGuest[]): Promise<void> {
  if (guests.length === 0) return;
  const rows = guests.map(({ id, email, name, phone }) => ({
    id,
    email: email?.address,
    email_key: email?.key,
    name,
    phone,
  }));
  await insertGuestRows(tx, ...toColumnArrays(newGuestColumns, rows));
}

/**
 * Locks e-mail addresses and networks until the end of the transaction, so that what guests of an address or a network
 * have ordered can be counted. The locks are taken in one order, before those of customers and orders.
 */
export async function lockGuests(
  tx: Transaction,
  keys: { readonly emailKeys: readonly string[]; readonly networks: readonly string[] },
): Promise<void> {
  const { emailKeys, networks } = keys;
  if (emailKeys.length === 0 && networks.length === 0) return;
  await lockGuestKeys(tx, emailKeys, networks);
}
