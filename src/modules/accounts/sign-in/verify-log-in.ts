import type { Queryable } from '../../../database/statement.ts';
import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import type { Device } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import { type ChallengeRow, findOpenChallenge } from '../factors/challenge-queries.ts';
import { findPasskey } from '../factors/factor-queries.ts';
import { type FactorProof, requireOneProof, withProof } from '../factors/verify-proof.ts';
import { openSession, type Session } from '../sessions/session.ts';

export interface VerifiedLogIn {
  readonly session: Session;
  /** What happened, for the security log. */
  readonly facts: readonly SecurityFact[];
}

/**
 * Meets a challenge of a sign-in, after a password or by a passkey alone, and starts the session. Throws
 * `accounts.challenge_invalid` and the errors of `withProof`.
 */
export async function verifyLogIn(
  parts: AccountsParts,
  source: Source,
  { challengeId, ...proof }: FactorProof & { readonly challengeId: string },
  device: Device | null = null,
): Promise<VerifiedLogIn> {
  const { database } = parts;
  requireOneProof(proof);
  const [challenge] = await findOpenChallenge(database, challengeId);
  if (challenge?.kind !== 'sign_in' && challenge?.kind !== 'passkey') throw challengeInvalid();
  const userId = await findUserId(database, challenge, proof);
  return withProof(parts, source, userId, proof, challenge, async (tx, { method, fact }) => {
    // The challenge ends when the password changes, so it is not compared again.
    const session = await openSession(parts, tx, { userId, passwordHash: null, source, device });
    // The user was disabled meanwhile.
    if (session === null) throw challengeInvalid();
    return { session, facts: [fact, { event: 'sign_in.ok', details: { method, userId } }] };
  });
}

/** Returns who wants to sign in: the one whose password was right, or the owner of the passkey. */
async function findUserId(
  db: Queryable,
  { userId }: ChallengeRow,
  { passkey }: FactorProof,
): Promise<string> {
  if (userId !== null) return userId;
  const [found] =
    passkey === undefined ? [] : await findPasskey(db, Buffer.from(passkey.id, 'base64url'));
  if (found !== undefined) return found.userId;
  throw new CodedError(accountsErrors.factorInvalid, {
    security: { event: 'factor.failed', details: { method: 'passkey' } },
  });
}

function challengeInvalid(): CodedError {
  return new CodedError(accountsErrors.challengeInvalid);
}
