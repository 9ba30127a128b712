import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { emailKey } from './email.ts';
import { accountsErrors } from './errors.ts';
import { findCredential } from './queries.ts';
import { openSession, type Session } from './session.ts';

/**
 * Signs in with an e-mail address and a password. Throws `accounts.invalid_credentials` with the same text and after
 * the same work, whether the address is unknown, the password wrong or the user disabled.
 */
export async function logIn(
  parts: AccountsParts,
  input: { readonly email: string; readonly password: string },
): Promise<Session> {
  const { database, passwords } = parts;
  const [user] = await findCredential(database, emailKey(input.email));
  const matches = await passwords.verify(user?.passwordHash, input.password);
  const session =
    user !== undefined && matches
      ? await openSession(parts, database, user.id, user.passwordHash)
      : null;
  if (session === null) throw new CodedError(accountsErrors.invalidCredentials);
  return session;
}
