import type { Author, UserCaller } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import {
  type AddedFactor,
  completeFactor,
  lockProvenOwner,
  requireRoomForFactor,
} from './add-factor.ts';
import { defaultNames } from './factor.ts';
import { confirmTotpRow, countFactors, findPendingTotp, insertTotp } from './factor-queries.ts';
import { createTotpSecret, describeTotp, findTotpStep } from './totp.ts';

export interface PendingTotp {
  readonly id: string;
  /** `otpauth://totp/…`, to show as a QR code. */
  readonly uri: string;
  /** In base32, to type. */
  readonly secret: string;
}

/**
 * Creates a secret for the caller's authenticator app, which counts for nothing until `confirmTotp`. Throws
 * `accounts.email_unverified` and `accounts.too_many_factors`.
 */
export async function addTotp(
  { database, factorCipher, shopName }: AccountsParts,
  caller: UserCaller,
  { name = defaultNames.totp }: { readonly name?: string },
): Promise<PendingTotp> {
  const id = newId();
  const secret = createTotpSecret();
  const encrypted = factorCipher.encrypt(id, secret);
  const { email } = await database.transaction(async (tx) => {
    const user = await lockProvenOwner(tx, caller);
    await requireRoomForFactor(tx, user.id);
    await insertTotp(tx, id, user.id, name, encrypted.secret, encrypted.secretKeyId);
    return user;
  });
  return { id, ...describeTotp(secret, { issuer: shopName, email }) };
}

/**
 * Confirms a secret with a code of the app; it counts from then on. Returns recovery codes with the first factor. Throws
 * `accounts.email_unverified`, `accounts.factor_not_found`, and `request.invalid` for a wrong code.
 */
export async function confirmTotp(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  id: string,
  code: string,
): Promise<AddedFactor> {
  return parts.database.transaction(async (tx) => {
    await lockProvenOwner(tx, caller);
    const [totp] = await findPendingTotp(tx, caller.id, id);
    if (totp === undefined) throw new CodedError(accountsErrors.factorNotFound);
    const step = findTotpStep(parts.factorCipher.decrypt(id, totp), code, totp.nowMs);
    if (step === null) {
      throw invalidInput('/code', 'This is not the code that the app shows now.');
    }
    const [before] = await countFactors(tx, caller.id);
    await confirmTotpRow(tx, id, step);
    const factor = { id, type: 'totp', name: totp.name } as const;
    return completeFactor(parts, tx, author, caller, factor, before!.confirmed);
  });
}
