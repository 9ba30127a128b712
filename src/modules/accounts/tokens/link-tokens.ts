import { createHmac } from 'node:crypto';
import { hashToken } from './refresh-tokens.ts';

/** What a link does: it sets a new password, proves an address, gives the account another one, or gives the former back. */
export type LinkPurpose = 'reset' | 'verify' | 'change' | 'undo';

const labels: Readonly<Record<LinkPurpose, string>> = {
  reset: 'password reset token',
  verify: 'email verification token',
  change: 'email change token',
  undo: 'email undo token',
};

/**
 * Tokens of the links in mails, derived from the link's id and a secret of the server. So the mail can be written when it
 * is sent, on any server and any number of times, although neither the job nor the database contains the token.
 */
export interface LinkTokens {
  /** Returns the token of a new link. */
  derive(purpose: LinkPurpose, linkId: string): string;
  /**
   * Returns the token of a stored link by its hash, whichever secret it was created under. Throws if this server does not
   * have that secret: another server may, or an operator must add it.
   */
  require(purpose: LinkPurpose, linkId: string, tokenHash: Buffer): string;
}

/** The first secret is used for new links, the others are being rotated out. */
export function createLinkTokens(secrets: readonly string[]): LinkTokens {
  const token = (secret: string, purpose: LinkPurpose, linkId: string): string => {
    const key = createHmac('sha256', secret).update(labels[purpose]).digest();
    return createHmac('sha256', key).update(linkId).digest('base64url');
  };
  const [first] = secrets;
  if (first === undefined) throw new RangeError('the links of mails need a secret');
  return {
    derive: (purpose, linkId) => token(first, purpose, linkId),
    require(purpose, linkId, tokenHash) {
      const found = secrets
        .map((secret) => token(secret, purpose, linkId))
        .find((it) => hashToken(it).equals(tokenHash));
      if (found === undefined) {
        throw new Error(
          'the link of this mail was created under a JWT_SECRET that this server does not have',
        );
      }
      return found;
    },
  };
}
