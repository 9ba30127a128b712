import type { Transaction } from '../../../database/database.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountMailKind } from '../account-mail.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import type { Email } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { type EmailLinkPurpose, findReservation, insertLink } from '../link-queries.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';

type Parts = Pick<AccountsParts, 'jobs' | 'accountMailJob' | 'linkTokens'>;

export interface NewLink {
  readonly userId: string;
  readonly purpose: EmailLinkPurpose;
  readonly email: Email;
  /** Of a change. */
  readonly undoId?: string;
  /** Default: a new one. */
  readonly id?: string;
}

/** Adds a link. Returns its id, null if there have been too many. Called under the lock of its user. */
export async function addLink(
  { linkTokens }: Parts,
  tx: Transaction,
  { userId, purpose, email, undoId, id = newId() }: NewLink,
): Promise<string | null> {
  const tokenHash = hashToken(linkTokens.derive(purpose, id));
  const { address, key } = email;
  const [added] = await insertLink(
    tx,
    id,
    userId,
    purpose,
    address,
    key,
    tokenHash,
    undoId ?? null,
  );
  return added?.id ?? null;
}

/** Sends the mail of a link after the commit. */
export async function mailLink(
  { jobs, accountMailJob }: Parts,
  tx: Transaction,
  kind: AccountMailKind,
  id: string,
): Promise<void> {
  const job = accountMailJob({ kind, id });
  await jobs.add(tx, [job]);
  // Not awaited: a slow queue would delay the reply, and reveal whose address has an account. It never rejects.
  tx.afterCommit(() => void jobs.send([job]));
}

/** Sends a user the link that proves their address, at most five an hour. */
export async function sendVerification(
  parts: Parts,
  tx: Transaction,
  userId: string,
  email: Email,
): Promise<void> {
  const id = await addLink(parts, tx, { userId, purpose: 'verify', email });
  if (id !== null) await mailLink(parts, tx, 'email.verify', id);
}

/**
 * Throws `accounts.email_taken` for the former address of another user, who can still have it back. The link that undoes
 * a change exists before the address is free, so nobody can be in between.
 */
export async function requireUnreserved(
  tx: Transaction,
  emailKey: string,
  userId: string,
): Promise<void> {
  const [reserved] = await findReservation(tx, emailKey, userId);
  if (reserved !== undefined) throw new CodedError(accountsErrors.emailTaken);
}
