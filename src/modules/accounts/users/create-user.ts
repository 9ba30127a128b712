import { recordAudit } from '../../../audit/index.ts';
import type { Database, Transaction } from '../../../database/database.ts';
import type { Author, Role } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import { findTextError, normalText } from '../../../shared/text.ts';
import { type Email, emailKey, parseEmail } from '../email.ts';
import { requireUnreserved } from '../emails/add-link.ts';
import { accountsErrors } from '../errors.ts';
import { createPasswordHasher, type PasswordHasher } from '../password-hasher.ts';
import { requireGoodPassword } from '../passwords/password-rule.ts';
import { findAccountByAnyAddress, insertUser } from '../queries.ts';
import { auditedUser, NAME_LENGTH_MAX, type User } from '../user.ts';

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
  readonly role?: Role;
  readonly vip?: boolean;
  /** Whether the user must choose another password at the first sign-in. Default: false. */
  readonly passwordChangeRequired?: boolean;
  /** Whether the address counts as proven. Default: true, because who creates a user for somebody knows their address. */
  readonly emailVerified?: boolean;
  /** The name of the shop, which must not be the password. Default: none. */
  readonly shopName?: string;
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
  const [id, , key] = columns;
  await requireUnreserved(tx, key, id);
  const [user] = await insertUser(tx, ...columns);
  const { id: _, ...fields } = user!;
  const after = auditedUser(fields);
  await recordAudit(tx, author, [{ type: 'user.created', subjectId: id, before: null, after }]);
  return user!;
}

/**
 * Creates a user unless there is one who has or had the address; then nothing else about the input counts, and the result
 * is null. Throws
 * the errors of `parseNewUser`.
 */
export async function createUserOnce(
  database: Database,
  author: Author,
  input: NewUser,
): Promise<User | null> {
  const [known] = await findAccountByAnyAddress(database, emailKey(input.email));
  if (known !== undefined) return null;
  try {
    return await createUser(database, author, input);
  } catch (error) {
    // Another server was first.
    if (error instanceof CodedError && error.definition === accountsErrors.emailTaken) return null;
    throw error;
  }
}

interface PreparedUser {
  readonly id: string;
  readonly passwordHash: string;
  readonly columns: Parameters<typeof insertUser> extends [unknown, ...infer Columns]
    ? Columns
    : never;
}

/** A new user's data after validation. */
export interface CheckedUser extends Required<Omit<NewUser, 'email' | 'shopName'>> {
  readonly email: Email;
}

/**
 * Validates a new user. Throws `request.invalid` for an unusable address, or a password or name outside its limits, and
 * `accounts.password_too_common`.
 */
export function parseNewUser(input: NewUser): CheckedUser {
  const { password, role = 'customer', vip = false } = input;
  const { passwordChangeRequired = false, emailVerified = true, shopName = '' } = input;
  const email = parseEmail(input.email);
  const name = normalText(input.name ?? '');
  const nameFault = findTextError(name, 'name', NAME_LENGTH_MAX);
  if (nameFault !== null) throw invalidInput('/name', nameFault);
  requireGoodPassword(password, { email: input.email, name, role, hasFactor: false }, shopName);
  return { email, password, name, role, vip, passwordChangeRequired, emailVerified };
}

/** Hashes the password: after the checks, because it is slow, and before the transaction. */
export async function prepareUser(
  { email, password, passwordChangeRequired, emailVerified, ...user }: CheckedUser,
  passwords: PasswordHasher,
): Promise<PreparedUser> {
  const id = newId();
  const passwordHash = await passwords.hash(password);
  return {
    id,
    passwordHash,
    columns: [
      id,
      email.address,
      email.key,
      user.name,
      passwordHash,
      user.role,
      user.vip,
      passwordChangeRequired,
      emailVerified,
    ],
  };
}
