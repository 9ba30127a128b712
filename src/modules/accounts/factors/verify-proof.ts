import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Role, Source } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { narrowScope } from '../passkey-scope.ts';
import { lockCustomers } from '../queries.ts';
import type { ProofMethod } from './challenge.ts';
import {
  type ChallengeRow,
  findChallengeByNonce,
  findOpenChallenge,
  spendChallenge,
} from './challenge-queries.ts';
import { findCodeRefusal, recordFailure } from './factor-limits.ts';
import {
  findMethods,
  findPasskey,
  findTotps,
  recordPasskeyUse,
  spendRecoveryCode,
  spendTotpStep,
} from './factor-queries.ts';
import { buildUserHandle, verifyPasskey } from './passkeys.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { findTotpStep } from './totp.ts';

/** A proof of a second factor, as a request has it: exactly one of its members. */
export interface FactorProof {
  readonly totp?: string;
  readonly recoveryCode?: string;
  readonly passkey?: AuthenticationResponseJSON;
}

export interface Proved {
  readonly method: ProofMethod;
  /** Of the user. */
  readonly role: Role;
  /** For the security log. */
  readonly fact: SecurityFact;
}

/** Throws `request.invalid` unless a proof has exactly one member. */
export function requireOneProof(proof: FactorProof): ProofMethod {
  const given = (['totp', 'recoveryCode', 'passkey'] as const).filter(
    (method) => proof[method] !== undefined,
  );
  if (given.length === 1) return given[0]!;
  throw invalidInput('', 'Send exactly one of `totp`, `recoveryCode` and `passkey`.');
}

/**
 * Verifies a proof of this user, and calls `work` in the same transaction, under the lock of the user, so that of two
 * equal proofs at once only one succeeds. A used recovery code is audited, and its owner told by mail. A wrong proof is counted.
 * `challenge` is null if none was begun for this user: a passkey then answers one of the kind `passkey` or `step_up`.
 * Throws `accounts.factor_invalid`, `accounts.challenge_invalid`, `accounts.codes_exhausted`, `request.rate_limited` and
 * `request.invalid`.
 */
export async function withProof<Result>(
  parts: AccountsParts,
  source: Source,
  userId: string,
  proof: FactorProof,
  challenge: ChallengeRow | null,
  work: (tx: Transaction, proved: Proved) => Promise<Result>,
): Promise<Result> {
  const outcome = await parts.database.transaction(async (tx) => {
    const verified = await verifyProof(parts, tx, userId, proof, challenge);
    if (verified instanceof Error) return verified;
    const result = await work(tx, verified);
    if (verified.method === 'recoveryCode') await tellUse(parts, tx, source, userId, verified);
    return { result };
  });
  if (outcome instanceof Error) throw outcome;
  return outcome.result;
}

/** Records that a recovery code was used, and tells its owner. */
async function tellUse(
  parts: AccountsParts,
  tx: Transaction,
  source: Source,
  userId: string,
  { role }: Proved,
): Promise<void> {
  const [methods] = await findMethods(tx, userId, null);
  const codesLeft = methods!.recoveryCodesLeft;
  const [before, after] = [{ codesLeft: codesLeft + 1 }, { codesLeft }];
  await recordAudit(tx, { ...source, actor: { type: 'user', id: userId, role } }, [
    { type: 'user.recovery_code_used', subjectId: userId, before, after },
  ]);
  await notify(parts, tx, { kind: 'recovery_code_used', userId, source });
}

/**
 * Does this in the caller's transaction. Returns a refusal instead of throwing it, to be thrown after the commit: the
 * failure would not count otherwise.
 */
export async function verifyProof(
  parts: AccountsParts,
  tx: Transaction,
  userId: string,
  proof: FactorProof,
  challenge: ChallengeRow | null,
): Promise<Proved | Error> {
  const method = requireOneProof(proof);
  const [user] = await lockCustomers(tx, [userId]);
  const passkeys = parts.passkeys && narrowScope(parts.passkeys, user!.role);
  const refusal = method === 'totp' ? await findCodeRefusal(tx, userId) : null;
  if (refusal !== null) return refusal;
  const answered = await findAnswered(tx, userId, challenge, proof);
  if (answered === null && (challenge !== null || method === 'passkey')) {
    return new CodedError(accountsErrors.challengeInvalid);
  }
  const wrong = await findWrong({ ...parts, passkeys }, tx, userId, proof, answered);
  if (wrong !== null) {
    // A challenge for anybody with a passkey is open to strangers, who must not use up the tries of an account.
    if (answered?.kind !== 'passkey') await recordFailure(tx, userId);
    if (wrong instanceof Error) return wrong;
    const details = { method, userId, ...(wrong === 'wrong' ? {} : { reason: wrong }) };
    return new CodedError(accountsErrors.factorInvalid, {
      security: { event: 'factor.failed', details },
    });
  }
  if (answered !== null) {
    const [spent] = await spendChallenge(tx, answered.id);
    if (spent === undefined) throw new CodedError(accountsErrors.challengeInvalid);
  }
  const event = method === 'recoveryCode' ? 'recovery_code.used' : 'factor.used';
  return { method, role: user!.role, fact: { event, details: { method, userId } } };
}

/** Why a proof fails: it is wrong, or signed by a passkey whose counter did not grow. */
type Wrong = 'wrong' | 'counter';

/** Accepts the proof, or returns why it is wrong or cannot be told to be. */
async function findWrong(
  parts: AccountsParts,
  tx: Transaction,
  userId: string,
  proof: FactorProof,
  challenge: ChallengeRow | null,
): Promise<Wrong | Error | null> {
  if (proof.totp !== undefined) {
    return acceptTotp(parts, tx, userId, proof.totp);
  }
  if (proof.recoveryCode !== undefined) {
    const hash = hashRecoveryCode(userId, proof.recoveryCode);
    const [spent] = hash === null ? [] : await spendRecoveryCode(tx, userId, hash);
    return spent === undefined ? 'wrong' : null;
  }
  return acceptPasskey(parts, tx, userId, proof.passkey!, challenge!);
}

/**
 * Accepts a code of the current step or of a neighbour, later than any accepted so far. If no secret fits and some
 * cannot be decrypted, the code may be of one of these: returns the error, to count what may be a guess of the others, or
 * throws it if there are no others.
 */
async function acceptTotp(
  { factorCipher }: AccountsParts,
  tx: Transaction,
  userId: string,
  code: string,
): Promise<'wrong' | Error | null> {
  const totps = await findTotps(tx, userId);
  const errors: Error[] = [];
  for (const totp of totps) {
    let secret: Buffer;
    try {
      secret = factorCipher.decrypt(totp.id, totp);
    } catch (error) {
      errors.push(error as Error);
      continue;
    }
    const step = findTotpStep(secret, code, totp.nowMs);
    if (step === null) continue;
    // After a rotation of the key, the secret moves to the new one when it is used.
    const stored = factorCipher.isCurrent(totp) ? totp : factorCipher.encrypt(totp.id, secret);
    const [spent] = await spendTotpStep(tx, totp.id, step, stored.secret, stored.secretKeyId);
    if (spent !== undefined) return null;
  }
  const [unreadable] = errors;
  if (unreadable === undefined) return 'wrong';
  if (errors.length === totps.length) throw unreadable;
  return unreadable;
}

async function acceptPasskey(
  { passkeys }: AccountsParts,
  tx: Transaction,
  userId: string,
  response: AuthenticationResponseJSON,
  { kind, nonce }: ChallengeRow,
): Promise<Wrong | null> {
  const [passkey] = await findPasskey(tx, Buffer.from(response.id, 'base64url'));
  const isOfUser = passkey?.userId === userId && passkey.rpId === passkeys?.rpId;
  if (!isOfUser || passkeys === null || nonce === null) return 'wrong';
  const { userHandle } = response.response;
  const handle = Buffer.from(buildUserHandle(userId)).toString('base64url');
  // Alone, a passkey also states whose it is. Source: WebAuthn Level 3 §7.2, step 6.
  const isAlone = kind === 'passkey';
  if (isAlone ? userHandle !== handle : userHandle && userHandle !== handle) return 'wrong';
  const use = await verifyPasskey(passkeys, nonce, response, passkey, isAlone);
  if (use === null) return 'wrong';
  if (use.isCloned) return 'counter';
  await recordPasskeyUse(tx, passkey.id, use.signCount, use.backedUp);
  return null;
}

/**
 * Returns the challenge if it is still open; without one, that which a passkey signed, if it is for anybody or for a step-up
 * of this user.
 */
async function findAnswered(
  tx: Transaction,
  userId: string,
  challenge: ChallengeRow | null,
  { passkey }: FactorProof,
): Promise<ChallengeRow | null> {
  if (challenge !== null) {
    const [open] = await findOpenChallenge(tx, challenge.id);
    return open ?? null;
  }
  if (passkey === undefined) return null;
  const [signed] = await findChallengeByNonce(tx, readNonce(passkey));
  if (signed?.kind === 'passkey') return signed;
  return signed?.kind === 'step_up' && signed.userId === userId ? signed : null;
}

function readNonce({ response }: AuthenticationResponseJSON): Buffer {
  try {
    const text = Buffer.from(response.clientDataJSON, 'base64url').toString();
    return Buffer.from(String(JSON.parse(text).challenge), 'base64url');
  } catch {
    return Buffer.alloc(0);
  }
}
