import type { Database } from '../../database/database.ts';
import type { Author, Role } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { emailKey } from './email.ts';
import { accountsErrors } from './errors.ts';
import { findCredential } from './queries.ts';
import { type AccessChange, changeAccess } from './update-user.ts';
import type { User } from './user.ts';

/**
 * Changes a role from the command line; running servers apply it within five seconds. Throws `accounts.not_found` and
 * `accounts.last_admin`.
 */
export function setRole(
  database: Database,
  author: Author,
  email: string,
  role: Role,
): Promise<User> {
  return changeByEmail(database, author, email, { role });
}

/** Disables a user in the same way and ends all their sessions. */
export function disable(database: Database, author: Author, email: string): Promise<User> {
  return changeByEmail(database, author, email, { disabled: true });
}

function changeByEmail(
  database: Database,
  author: Author,
  email: string,
  change: AccessChange,
): Promise<User> {
  return database.transaction(async (tx) => {
    const [found] = await findCredential(tx, emailKey(email));
    if (found === undefined) throw new CodedError(accountsErrors.notFound);
    const { user } = await changeAccess(tx, author, found.id, change);
    return user;
  });
}
