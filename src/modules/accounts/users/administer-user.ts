import type { Database, Transaction } from '../../../database/database.ts';
import type { Author, Role } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { findCredential } from '../queries.ts';
import type { User } from '../user.ts';
import { type AccessChange, changeAccess } from './update-user.ts';

/** What becomes of the keys of an admin who loses their access: they end, or the admin with this address takes them. */
export type KeysOption = 'end' | { readonly takenBy: string };

/**
 * Changes a role from the command line and ends all sessions of the user; running servers apply it within five seconds.
 * Throws `accounts.not_found`,
 * `accounts.last_admin` and `accounts.keys_held`.
 */
export function setRole(
  database: Database,
  author: Author,
  email: string,
  role: Role,
  keys?: KeysOption,
): Promise<User> {
  return changeByEmail(database, author, email, { role }, keys);
}

/** Disables a user in the same way and ends all their sessions. */
export function disable(
  database: Database,
  author: Author,
  email: string,
  keys?: KeysOption,
): Promise<User> {
  return changeByEmail(database, author, email, { disabled: true }, keys);
}

/** Lets a disabled user sign in again. */
export function enable(database: Database, author: Author, email: string): Promise<User> {
  return changeByEmail(database, author, email, { disabled: false }, undefined);
}

function changeByEmail(
  database: Database,
  author: Author,
  email: string,
  change: AccessChange,
  keys: KeysOption | undefined,
): Promise<User> {
  return database.transaction(async (tx) => {
    const id = await requireUserId(tx, email);
    const whole = { ...change, ...(await chooseFate(tx, keys)) };
    const { user } = await changeAccess(tx, author, id, whole);
    return user;
  });
}

async function chooseFate(
  tx: Transaction,
  keys: KeysOption | undefined,
): Promise<Pick<AccessChange, 'keys'>> {
  if (keys === undefined) return {};
  if (keys === 'end') return { keys };
  return { keys: { takenBy: await requireUserId(tx, keys.takenBy) } };
}

async function requireUserId(tx: Transaction, email: string): Promise<string> {
  const [found] = await findCredential(tx, emailKey(email));
  if (found === undefined) throw new CodedError(accountsErrors.notFound);
  return found.id;
}
