import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { countGuess } from '../devices/count-guess.ts';
import { type Device, requireAdmitted } from '../devices/device.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { beginChallenge, type Challenge } from '../factors/challenge.ts';
import { renewHash } from '../passwords/renew-hash.ts';
import { findCredential, lockCredential } from '../queries.ts';
import { openSession, type Session } from '../sessions/session.ts';

/** What a right password gives: a session, or the challenge that a user with a second factor must meet. */
export type LogInResult =
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'challenge'; readonly challenge: Challenge };

/**
 * Signs in with an e-mail address and a password, or begins the challenge of a second factor. A right password is no
 * guess, even if no session follows. Throws `accounts.invalid_credentials` with the same text and after
 * the same work, whether the address is unknown, the password wrong or the user disabled, `accounts.staff_at_console`, and
 * `request.rate_limited`.
 */
export async function logIn(
  parts: AccountsParts,
  source: Source,
  input: { readonly email: string; readonly password: string },
  device: Device | null = null,
): Promise<LogInResult> {
  const key = emailKey(input.email);
  const result = await countGuess(parts, key, device, () =>
    tryPassword(parts, source, key, input.password, device),
  );
  if (result === null) {
    const [user] = await findCredential(parts.database, key);
    const details = { method: 'password', ...parts.describeAccount(key, user?.id) };
    throw new CodedError(accountsErrors.invalidCredentials, {
      security: { event: 'sign_in.failed', details },
    });
  }
  return result;
}

/** Returns null if the password is wrong. */
async function tryPassword(
  parts: AccountsParts,
  source: Source,
  key: string,
  password: string,
  device: Device | null,
): Promise<LogInResult | null> {
  const { database, passwords } = parts;
  // A second time, because another sign-in may have renewed the hash since it was read.
  for (let attemptsLeft = 2; attemptsLeft > 0; attemptsLeft -= 1) {
    const [user] = await findCredential(database, key);
    const matches = await passwords.verify(user?.passwordHash, password);
    if (user === undefined || !matches || user.disabled) return null;
    // Before the second step, so that no code is used up in vain.
    requireAdmitted(user.role, device);
    const { id: userId, passwordHash } = user;
    const result = await database.transaction(async (tx): Promise<LogInResult | null> => {
      const [locked] = await lockCredential(tx, userId, passwordHash);
      if (locked === undefined) return null;
      const challenge = await beginChallenge(parts, tx, userId);
      if (challenge !== null) return { kind: 'challenge', challenge };
      const session = await openSession(parts, tx, { userId, passwordHash, source, device });
      return session === null ? null : { kind: 'session', session };
    });
    if (result === null) continue;
    await renewHash(parts, user, password);
    return result;
  }
  return null;
}
