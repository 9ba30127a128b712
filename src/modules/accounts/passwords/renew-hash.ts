import type { AccountsParts } from '../accounts-parts.ts';
import { type CredentialRow, renewPasswordHash } from '../queries.ts';

/**
 * Replaces the hash of a password that has just been verified if it was made with weaker parameters than today's. Never
 * fails, because nothing depends on it: the next sign-in tries again.
 */
export async function renewHash(
  { database, passwords, onError }: AccountsParts,
  { id, passwordHash }: CredentialRow,
  password: string,
): Promise<void> {
  if (!passwords.isOutdated(passwordHash)) return;
  try {
    await renewPasswordHash(database, id, passwordHash, await passwords.hash(password));
  } catch (error) {
    onError(error);
  }
}
