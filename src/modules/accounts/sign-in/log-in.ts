import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { countGuess } from '../devices/count-guess.ts';
import type { Device } from '../devices/device.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { renewHash } from '../passwords/renew-hash.ts';
import { findCredential } from '../queries.ts';
import { openSession, type Session } from '../sessions/session.ts';

/**
 * Signs in with an e-mail address and a password. Throws `accounts.invalid_credentials` with the same text and after
 * the same work, whether the address is unknown, the password wrong or the user disabled, and `request.rate_limited`.
 */
export async function logIn(
  parts: AccountsParts,
  source: Source,
  input: { readonly email: string; readonly password: string },
  device: Device | null = null,
): Promise<Session> {
  const key = emailKey(input.email);
  const session = await countGuess(parts, key, device, () =>
    tryPassword(parts, source, key, input.password, device),
  );
  if (session === null) {
    const [user] = await findCredential(parts.database, key);
    const details = { method: 'password', ...parts.describeAccount(key, user?.id) };
    throw new CodedError(accountsErrors.invalidCredentials, {
      security: { event: 'sign_in.failed', details },
    });
  }
  return session;
}

/** Returns null if the password is wrong. */
async function tryPassword(
  parts: AccountsParts,
  source: Source,
  key: string,
  password: string,
  device: Device | null,
): Promise<Session | null> {
  const { database, passwords } = parts;
  // A second time, because another sign-in may have renewed the hash since it was read.
  for (let attemptsLeft = 2; attemptsLeft > 0; attemptsLeft -= 1) {
    const [user] = await findCredential(database, key);
    const matches = await passwords.verify(user?.passwordHash, password);
    if (user === undefined || !matches || user.disabled) return null;
    const { id: userId, passwordHash } = user;
    const session = await database.transaction((tx) =>
      openSession(parts, tx, { userId, passwordHash, source, device }),
    );
    if (session === null) continue;
    await renewHash(parts, user, password);
    return session;
  }
  return null;
}
