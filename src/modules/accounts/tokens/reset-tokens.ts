import { createHmac } from 'node:crypto';

/**
 * Tokens of password resets, derived from the reset's id and a secret of the server. So the mail can be written when it
 * is sent, on any server and any number of times, although neither the job nor the database contains the token.
 */
export interface ResetTokens {
  /** Returns the possible tokens of a reset: under the first secret, then under those being rotated out. */
  derive(resetId: string): readonly [string, ...string[]];
}

export function createResetTokens(secrets: readonly string[]): ResetTokens {
  const [first, ...others] = secrets.map((secret) =>
    createHmac('sha256', secret).update('password reset token').digest(),
  );
  if (first === undefined) throw new RangeError('reset tokens need a secret');
  const token = (key: Buffer, resetId: string): string =>
    createHmac('sha256', key).update(resetId).digest('base64url');
  return {
    derive: (resetId) => [token(first, resetId), ...others.map((key) => token(key, resetId))],
  };
}
