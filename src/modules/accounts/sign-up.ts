import { CodedError } from '../../shared/errors.ts';
import type { AccountsContext } from './context.ts';
import { prepareUser } from './create-user.ts';
import { readEmail } from './email.ts';
import { accountsErrors } from './errors.ts';
import { findCredential, insertUser } from './queries.ts';
import { openSession, type Session } from './session.ts';

export interface SignUpInput {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
}

/** Makes a customer and signs him in. Throws `accounts.email_taken` and `request.invalid`. */
export async function signUp(context: AccountsContext, input: SignUpInput): Promise<Session> {
  const { database, passwords } = context;
  // Before the expensive hash; the unique key decides between two at once.
  const [taken] = await findCredential(database, readEmail(input.email).key);
  if (taken !== undefined) throw new CodedError(accountsErrors.emailTaken);

  const { email, password, name } = input;
  const user = await prepareUser({ email, password, name: name ?? '' }, passwords);
  return database.transaction(async (tx) => {
    await insertUser(tx, ...user.columns);
    const session = await openSession(context, tx, user.id, user.passwordHash);
    if (session === null) throw new Error('a new user could not be signed in');
    return session;
  });
}
