import type { AccountsParts } from '../accounts-parts.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { findOpenReset } from './reset-queries.ts';

export interface OpenResetMail {
  readonly email: string;
  /** Grants access to the account. For the mail only; never stored. */
  readonly token: string;
}

/**
 * Returns the contents of a reset mail, or null if the reset was used, replaced by a newer one, or has expired. Throws
 * if this server does not have the secret that the reset was created under: another server may, or an operator must add
 * it.
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
      'this password reset was created under a JWT_SECRET that this server does not have',
    );
  }
  return { email: reset.email, token };
}
