import { recordAudit } from '../../audit/index.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Author, Role } from '../../shared/caller.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { newId } from '../../shared/ids.ts';
import { findTextError, normalText } from '../../shared/text.ts';
import { type Email, parseEmail } from './email.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
import { requireUncommonPassword } from './password-rule.ts';
import { insertUser } from './queries.ts';
import {
  auditedUser,
  NAME_LENGTH_MAX,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type User,
} from './user.ts';

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
  readonly role?: Role;
  readonly vip?: boolean;
}

/**
 * Creates a user of any role, for the command line and the start. Throws `accounts.email_taken` and the errors of
 * `parseNewUser`.
 */
export async function createUser(
  database: Database,
  author: Author,
  input: NewUser,
  passwords: PasswordHasher = createPasswordHasher(),
): Promise<User> {
  const { columns } = await prepareUser(parseNewUser(input), passwords);
  return database.transaction((tx) => insertAuditedUser(tx, author, columns));
}

/** Does the same in the caller's transaction. */
export async function addUser(tx: Transaction, author: Author, input: NewUser): Promise<User> {
  const { columns } = await prepareUser(parseNewUser(input), createPasswordHasher());
  return insertAuditedUser(tx, author, columns);
}

export async function insertAuditedUser(
  tx: Transaction,
  author: Author,
  columns: PreparedUser['columns'],
): Promise<User> {
  const [user] = await insertUser(tx, ...columns);
  const { id, ...fields } = user!;
  const after = auditedUser(fields);
  await recordAudit(tx, author, [{ type: 'user.created', subjectId: id, before: null, after }]);
  return user!;
}

interface PreparedUser {
  readonly id: string;
  readonly passwordHash: string;
  readonly columns: Parameters<typeof insertUser> extends [unknown, ...infer Columns]
    ? Columns
    : never;
}

/** A new user's data after validation. */
export interface CheckedUser extends Required<Omit<NewUser, 'email'>> {
  readonly email: Email;
}

/**
 * Validates a new user. Throws `request.invalid` for an unusable address, or a password or name outside its limits, and
 * `accounts.password_too_common`.
 */
export function parseNewUser(input: NewUser): CheckedUser {
  const { password, role = 'customer', vip = false } = input;
  const email = parseEmail(input.email);
  const passwordLength = [...password].length;
  if (passwordLength < PASSWORD_LENGTH_MIN || passwordLength > PASSWORD_LENGTH_MAX) {
    throw invalidInput('/password', 'A password has 8 to 256 characters.');
  }
  const name = normalText(input.name ?? '');
  const nameFault = findTextError(name, 'name', NAME_LENGTH_MAX);
  if (nameFault !== null) throw invalidInput('/name', nameFault);
  requireUncommonPassword(password, { email: input.email, name });
  return { email, password, name, role, vip };
}

/** Hashes the password: after the checks, because it is slow, and before the transaction. */
export async function prepareUser(
  { email, password, name, role, vip }: CheckedUser,
  passwords: PasswordHasher,
): Promise<PreparedUser> {
  const id = newId();
  const passwordHash = await passwords.hash(password);
  return {
    id,
    passwordHash,
    columns: [id, email.address, email.key, name, passwordHash, role, vip],
  };
}
