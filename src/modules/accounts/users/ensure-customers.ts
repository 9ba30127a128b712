import { randomBytes } from 'node:crypto';
import { recordAudit } from '../../../audit/index.ts';
import type { Database } from '../../../database/database.ts';
import type { Author } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import { parseEmail } from '../email.ts';
import { findReservations } from '../link-queries.ts';
import { createPasswordHasher } from '../password-hasher.ts';
import { ensureUsers } from '../queries.ts';
import { auditedUser } from '../user.ts';

/** Returns whether an account can have this address. */
export function isUsableEmail(text: string): boolean {
  try {
    parseEmail(text);
    return true;
  } catch (error) {
    if (error instanceof CodedError) return false;
    throw error;
  }
}

/**
 * Returns the ids of the accounts with these e-mail addresses, by the address as given. An address that can still be given
 * back belongs to the account that had it. Creates a disabled customer with an unknown password for an address without an
 * account: the owner of orders taken in another system. Throws `request.invalid` for an unusable address.
 */
export async function ensureCustomers(
  database: Database,
  author: Author,
  emails: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map(emails.map((email) => [email, parseEmail(email)]));
  // One hash for all: a discarded password protects each of them as well as one of its own would.
  const passwordHash = await createPasswordHasher().hash(randomBytes(32).toString('base64'));
  const wanted = new Map([...keys.values()].map(({ address, key }) => [key, address]));
  const rows = [...wanted].map(([email_key, email]) => ({ id: newId(), email, email_key }));
  const newIds = new Set(rows.map(({ id }) => id));
  const idByKey = await database.transaction(async (tx) => {
    const reserved = new Map(
      (await findReservations(tx, [...wanted.keys()])).map((row) => [row.emailKey, row.userId]),
    );
    const free = rows.filter((row) => !reserved.has(row.email_key));
    const ensured = await ensureUsers(tx, JSON.stringify(free), passwordHash);
    const created = ensured.filter(({ id }) => newIds.has(id));
    await recordAudit(
      tx,
      author,
      created.map(({ id, ...user }) => ({
        type: 'user.created',
        subjectId: id,
        before: null,
        after: auditedUser(user),
      })),
    );
    return new Map([...reserved, ...ensured.map((user) => [user.emailKey, user.id] as const)]);
  });
  return new Map([...keys].map(([email, { key }]) => [email, idByKey.get(key)!]));
}
