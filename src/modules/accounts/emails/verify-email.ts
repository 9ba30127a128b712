import type { Transaction } from '../../../database/database.ts';
import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { extendUndo, findOpenLinkByToken, type OpenLinkRow, voidLinks } from '../link-queries.ts';
import { notify } from '../notices.ts';
import { proveAddress } from '../prove-address.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { requireUnreserved } from './add-link.ts';
import { setEmail, takeLinkOf } from './change-email.ts';

/**
 * Proves an address with the token from its mail. A new address becomes that of the account, and the former one is told.
 * Throws `accounts.link_invalid`, and `accounts.email_taken` if somebody else has the address meanwhile.
 */
export async function verifyEmail(
  parts: AccountsParts,
  source: Source,
  { token }: { readonly token: string },
): Promise<SecurityFact> {
  const { database } = parts;
  const [link] = await findOpenLinkByToken(database, hashToken(token));
  if (link === undefined || link.purpose === 'undo') {
    throw new CodedError(accountsErrors.linkInvalid);
  }
  const event = link.purpose === 'change' ? 'email.changed' : 'email.verified';
  await database.transaction((tx) =>
    event === 'email.changed'
      ? confirmChange(parts, tx, source, link)
      : confirmAddress(tx, source, link),
  );
  return { event, details: { userId: link.userId } };
}

async function confirmAddress(tx: Transaction, source: Source, link: OpenLinkRow): Promise<void> {
  const user = await takeLinkOf(tx, link);
  // A link proves the address that its mail went to, and no other.
  if (emailKey(user.email) !== link.emailKey) throw new CodedError(accountsErrors.linkInvalid);
  await proveAddress(tx, source, user);
}

async function confirmChange(
  parts: AccountsParts,
  tx: Transaction,
  source: Source,
  link: OpenLinkRow,
): Promise<void> {
  const user = await takeLinkOf(tx, link);
  await requireUnreserved(tx, link.emailKey, user.id);
  await setEmail(parts, tx, source, user, { address: link.email, key: link.emailKey });
  await voidLinks(tx, user.id, null);
  const undoId = link.undoId!;
  await extendUndo(tx, undoId);
  const recipient = user.email;
  await notify(parts, tx, { kind: 'email_changed', userId: user.id, source, recipient, undoId });
}
