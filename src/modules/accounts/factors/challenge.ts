import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import type { Queryable } from '../../../database/statement.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { insertChallenge } from './challenge-queries.ts';
import { findMethods, findPasskeys, type MethodsRow } from './factor-queries.ts';
import { buildRequestOptions, createNonce } from './passkeys.ts';

/** What meets a challenge, named as in its proof. */
export const proofMethods = ['totp', 'passkey', 'recoveryCode'] as const;
export type ProofMethod = (typeof proofMethods)[number];

/** What a user with a second factor has to meet after their password. */
export interface Challenge {
  readonly id: string;
  readonly methods: ProofMethod[];
  /** For the browser, if `methods` has `passkey`. */
  readonly publicKey?: PublicKeyCredentialRequestOptionsJSON;
}

/** What somebody who wants to sign in by a passkey alone has to meet. */
export interface PasskeyChallenge {
  readonly id: string;
  readonly publicKey: PublicKeyCredentialRequestOptionsJSON;
}

export function listMethods(row: MethodsRow): ProofMethod[] {
  const { hasTotp, hasPasskey, recoveryCodesLeft } = row;
  const has = { totp: hasTotp, passkey: hasPasskey, recoveryCode: recoveryCodesLeft > 0 };
  return proofMethods.filter((method) => has[method]);
}

/** Returns the ways in which a user can prove a factor now; none without a factor. */
export async function findProofMethods(
  { passkeys }: Pick<AccountsParts, 'passkeys'>,
  db: Queryable,
  userId: string,
): Promise<ProofMethod[]> {
  const [row] = await findMethods(db, userId, passkeys?.rpId ?? null);
  return row!.hasFactor ? listMethods(row!) : [];
}

/** Returns whether a sign-in of this user also asks for a factor. */
export async function hasFactor(db: Queryable, userId: string): Promise<boolean> {
  const [row] = await findMethods(db, userId, null);
  return row!.hasFactor;
}

/** Begins a challenge for a user whose password was right, or who steps up; null if they have no factor. Called under their lock. */
export async function beginChallenge(
  { passkeys }: Pick<AccountsParts, 'passkeys'>,
  db: Queryable,
  userId: string,
  kind: 'sign_in' | 'step_up' = 'sign_in',
): Promise<Challenge | null> {
  const [row] = await findMethods(db, userId, passkeys?.rpId ?? null);
  if (!row!.hasFactor) return null;
  const id = newId();
  const methods = listMethods(row!);
  if (passkeys === null || !methods.includes('passkey')) {
    await insertChallenge(db, id, kind, userId, null);
    return { id, methods };
  }
  const nonce = createNonce();
  await insertChallenge(db, id, kind, userId, nonce);
  const allowed = await findPasskeys(db, userId, passkeys.rpId);
  return { id, methods, publicKey: await buildRequestOptions(passkeys, nonce, allowed) };
}

/** Begins a challenge that anyone with a passkey may answer. Throws `accounts.passkeys_unavailable`. */
export async function beginPasskeyChallenge({
  database,
  passkeys,
}: Pick<AccountsParts, 'database' | 'passkeys'>): Promise<PasskeyChallenge> {
  const scope = requirePasskeys({ passkeys });
  const id = newId();
  const nonce = createNonce();
  await insertChallenge(database, id, 'passkey', null, nonce);
  return { id, publicKey: await buildRequestOptions(scope, nonce) };
}

/** Throws `accounts.passkeys_unavailable`. */
export function requirePasskeys({ passkeys }: Pick<AccountsParts, 'passkeys'>) {
  if (passkeys === null) throw new CodedError(accountsErrors.passkeysUnavailable);
  return passkeys;
}
