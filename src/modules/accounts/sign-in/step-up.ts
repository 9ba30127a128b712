import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import type { Source, UserCaller } from '../../../shared/caller.ts';
import { authErrors, invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { stepUpRequired } from '../../../shared/recent-proof.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { countGuess } from '../devices/count-guess.ts';
import type { Device } from '../devices/device.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import {
  beginChallenge,
  type Challenge,
  findProofMethods,
  hasFactor,
} from '../factors/challenge.ts';
import { type FactorProof, withProof } from '../factors/verify-proof.ts';
import { findCredentialById, lockCredential, lockCustomers } from '../queries.ts';
import { openSession, type Session } from '../sessions/session.ts';

/** A proof of who the caller is: at most one of its members; none begins a challenge. */
export interface StepUpProof extends FactorProof {
  /** Counts only while the account has no factor. */
  readonly password?: string;
}

export type StepUpResult =
  | {
      readonly kind: 'session';
      readonly session: Session;
      /** What happened, for the security log. */
      readonly facts: readonly SecurityFact[];
    }
  | { readonly kind: 'challenge'; readonly challenge: Challenge };

/** Who steps up, and from where. */
interface Step {
  readonly caller: UserCaller;
  readonly source: Source;
  readonly device: Device | null;
}

/**
 * Takes another proof of who the caller is, and replaces their session by a new one, which ends when the old one would
 * have; without a proof, begins a challenge of their factors. Throws `auth.step_up_required` with the methods that count
 * for a password beside a factor, and without a factor for a challenge; `accounts.invalid_credentials`,
 * `auth.unauthenticated` if the session ended meanwhile, and the errors of `withProof`.
 */
export async function stepUp(
  parts: AccountsParts,
  source: Source,
  caller: UserCaller,
  { password, ...proof }: StepUpProof,
  device: Device | null = null,
): Promise<StepUpResult> {
  const step = { caller, source, device };
  const count = Object.values({ password, ...proof }).filter((one) => one !== undefined).length;
  if (count > 1) {
    throw invalidInput('', 'Send at most one of totp, recoveryCode, passkey and password.');
  }
  if (count === 0) return { kind: 'challenge', challenge: await begin(parts, caller.id) };
  if (password !== undefined) return provePassword(parts, step, password);
  return withProof(parts, source, caller.id, proof, null, async (tx, { method, fact }) => {
    const session = await replaceSession(parts, tx, step, null);
    if (session === null) throw new CodedError(authErrors.unauthenticated);
    return steppedUp(session, method, [fact]);
  });
}

async function begin(parts: AccountsParts, userId: string): Promise<Challenge> {
  const challenge = await parts.database.transaction(async (tx) => {
    await lockCustomers(tx, [userId]);
    return beginChallenge(parts, tx, userId, 'step_up');
  });
  if (challenge === null) throw stepUpRequired(['password']);
  return challenge;
}

async function provePassword(
  parts: AccountsParts,
  step: Step,
  password: string,
): Promise<StepUpResult> {
  const { database } = parts;
  const { id: userId } = step.caller;
  const [user] = await findCredentialById(database, userId);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  // First, so that nobody with a stolen session learns here whether they know the password, too.
  await requireNoFactor(parts, database, userId);
  const session = await countGuess(parts, emailKey(user.email), step.device, () =>
    tryPassword(parts, step, password),
  );
  if (session === null) {
    throw new CodedError(accountsErrors.invalidCredentials, {
      security: { event: 'sign_in.failed', details: { method: 'step_up', userId } },
    });
  }
  return steppedUp(session, 'password', []);
}

/** Returns null if the password is wrong. */
async function tryPassword(
  parts: AccountsParts,
  step: Step,
  password: string,
): Promise<Session | null> {
  const { database, passwords } = parts;
  const { id: userId } = step.caller;
  // A second time, because a sign-in may have renewed the hash since it was read.
  for (let attemptsLeft = 2; attemptsLeft > 0; attemptsLeft -= 1) {
    const [user] = await findCredentialById(database, userId);
    const matches = await passwords.verify(user?.passwordHash, password);
    if (user === undefined || !matches || user.disabled) return null;
    const session = await database.transaction(async (tx) => {
      const [locked] = await lockCredential(tx, userId, user.passwordHash);
      if (locked === undefined) return null;
      await requireNoFactor(parts, tx, userId);
      return replaceSession(parts, tx, step, user.passwordHash);
    });
    if (session !== null) return session;
  }
  return null;
}

/** Throws `auth.step_up_required` for a user with a factor, beside which a password proves nothing. */
async function requireNoFactor(parts: AccountsParts, db: Queryable, userId: string): Promise<void> {
  if (await hasFactor(db, userId)) {
    throw stepUpRequired(await findProofMethods(parts, db, userId));
  }
}

function replaceSession(
  parts: AccountsParts,
  tx: Transaction,
  { caller, source, device }: Step,
  passwordHash: string | null,
): Promise<Session | null> {
  const { id: userId, familyId: replacesFamilyId } = caller;
  return openSession(parts, tx, { userId, passwordHash, source, device, replacesFamilyId });
}

function steppedUp(session: Session, method: string, facts: readonly SecurityFact[]): StepUpResult {
  const done = { event: 'step_up.ok', details: { method, userId: session.user.id } } as const;
  return { kind: 'session', session, facts: [...facts, done] };
}
