import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { narrowScope } from '../passkey-scope.ts';
import {
  type AddedFactor,
  completeFactor,
  lockProvenOwner,
  requireRoomForFactor,
} from './add-factor.ts';
import { requirePasskeys } from './challenge.ts';
import { findOpenChallenge, insertChallenge, spendChallenge } from './challenge-queries.ts';
import { defaultNames, type FactorView, factorView } from './factor.ts';
import { countFactors, findPasskeys, insertPasskey } from './factor-queries.ts';
import { buildRegistrationOptions, createNonce, verifyRegistration } from './passkeys.ts';

export interface PasskeyOptions {
  readonly id: string;
  readonly publicKey: PublicKeyCredentialCreationOptionsJSON;
}

/**
 * Returns the options with which the caller's browser creates a passkey, valid once for five minutes. Throws
 * `accounts.email_unverified`, `accounts.passkeys_unavailable` and `accounts.too_many_factors`.
 */
export async function createPasskeyOptions(
  parts: AccountsParts,
  caller: UserCaller,
): Promise<PasskeyOptions> {
  const scope = requirePasskeys(parts);
  const id = newId();
  const nonce = createNonce();
  return parts.database.transaction(async (tx) => {
    const user = await lockProvenOwner(tx, caller);
    await requireRoomForFactor(tx, user.id);
    await insertChallenge(tx, id, 'registration', user.id, nonce);
    const existing = await findPasskeys(tx, user.id, scope.rpId);
    const { shopName } = parts;
    return {
      id,
      publicKey: await buildRegistrationOptions(scope, nonce, user, existing, shopName),
    };
  });
}

export interface NewPasskey {
  /** Of the options. */
  readonly id: string;
  readonly name?: string;
  readonly response: RegistrationResponseJSON;
}

/**
 * Adds the passkey that the caller's browser has created, which counts at once. Throws `accounts.email_unverified`,
 * `accounts.options_invalid`, `accounts.passkey_taken`, `accounts.too_many_factors`, `accounts.passkeys_unavailable`, and `request.invalid` for a
 * response that does not fit the options.
 */
export async function addPasskey(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  { id: challengeId, name = defaultNames.passkey, response }: NewPasskey,
): Promise<FactorView & AddedFactor> {
  const scope = requirePasskeys(parts);
  return parts.database.transaction(async (tx) => {
    const { role } = await lockProvenOwner(tx, caller);
    const [challenge] = await findOpenChallenge(tx, challengeId);
    if (challenge?.kind !== 'registration' || challenge.userId !== caller.id) {
      throw new CodedError(accountsErrors.optionsInvalid);
    }
    await requireRoomForFactor(tx, caller.id);
    const made = await verifyRegistration(narrowScope(scope, role), challenge.nonce!, response);
    if (made === null)
      throw invalidInput('/response', 'This passkey was not made for these options.');
    await spendChallenge(tx, challengeId);
    const [before] = await countFactors(tx, caller.id);
    const { credential } = made;
    const [row] = await insertPasskey(
      tx,
      newId(),
      caller.id,
      name,
      Buffer.from(credential.id, 'base64url'),
      Buffer.from(credential.publicKey),
      scope.rpId,
      credential.counter,
      credential.transports ?? [],
      made.credentialDeviceType === 'multiDevice',
      made.credentialBackedUp,
    );
    const added = await completeFactor(parts, tx, author, caller, row!, before!.confirmed);
    return { ...factorView(row!), ...added };
  });
}
