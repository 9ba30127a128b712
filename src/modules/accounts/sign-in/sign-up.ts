import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import type { Device } from '../devices/device.ts';
import { sendVerification } from '../emails/add-link.ts';
import { accountsErrors } from '../errors.ts';
import { findCredential } from '../queries.ts';
import { openSession, type Session } from '../sessions/session.ts';
import { insertAuditedUser, parseNewUser, prepareUser } from '../users/create-user.ts';

export interface SignUpInput {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
}

/**
 * Creates a customer, signs them in, and sends them a link that proves their address. Throws `accounts.email_taken`, `accounts.password_too_common` and
 * `request.invalid`.
 */
export async function signUp(
  parts: AccountsParts,
  source: Source,
  input: SignUpInput,
  device: Device | null = null,
): Promise<Session> {
  const { database, passwords, shopName } = parts;
  // Only these fields, so that a request cannot set a role.
  const { email, password, name = '' } = input;
  const checked = parseNewUser({ email, password, name, emailVerified: false, shopName });
  // Before the expensive hash. The unique key decides between concurrent sign-ups.
  const [taken] = await findCredential(database, checked.email.key);
  if (taken !== undefined) throw new CodedError(accountsErrors.emailTaken);

  const user = await prepareUser(checked, passwords);
  return database.transaction(async (tx) => {
    const actor = { type: 'user', id: user.id, role: checked.role } as const;
    await insertAuditedUser(tx, { ...source, actor }, user.columns);
    const { id: userId, passwordHash } = user;
    await sendVerification(parts, tx, userId, checked.email);
    const session = await openSession(parts, tx, { userId, passwordHash, source, device });
    if (session === null) throw new Error('a new user could not be signed in');
    return session;
  });
}
