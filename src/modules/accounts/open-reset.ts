import type { AccountsParts } from './accounts-parts.ts';
import { hashToken } from './refresh-tokens.ts';
import { findOpenReset } from './reset-queries.ts';

export interface OpenResetMail {
  readonly email: string;
  /** Opens the account: for the mail alone, never to be stored. */
  readonly token: string;
}

/**
 * What the mail of a reset tells; null when it was used, voided by a newer one, or is over. Throws when the reset was made
 * under a secret that this server does not have: another one may, or an operator has to give it.
 */
export async function findOpenResetMail(
  { database, resetTokens }: AccountsParts,
  resetId: string,
): Promise<OpenResetMail | null> {
  const [reset] = await findOpenReset(database, resetId);
  if (reset === undefined) return null;
  const token = resetTokens.derive(resetId).find((it) => hashToken(it).equals(reset.tokenHash));
  if (token === undefined) {
    throw new Error(
      'this password reset was made under a JWT_SECRET that this server does not have',
    );
  }
  return { email: reset.email, token };
}
