import type { AccountMail, OpenedAccountMail } from '../account-mail.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { findMailedLink } from '../link-queries.ts';
import { findNotice } from '../notice-queries.ts';
import { findOpenReset } from '../passwords/reset-queries.ts';

/**
 * Returns what a mail about an account is written from, or null if it is no longer due: its link was used, was voided or
 * has expired, or its notice is old. Throws if this server does not have the secret that its link was created under.
 */
export async function openAccountMail(
  parts: AccountsParts,
  { kind, id }: AccountMail,
): Promise<OpenedAccountMail | null> {
  switch (kind) {
    case 'password.reset':
      return openReset(parts, id);
    case 'email.verify':
    case 'email.confirm':
    case 'email.taken':
      return openLink(parts, id, kind);
    default:
      return openNotice(parts, id);
  }
}

async function openReset(
  { database, linkTokens }: AccountsParts,
  id: string,
): Promise<OpenedAccountMail | null> {
  const [reset] = await findOpenReset(database, id);
  if (reset === undefined) return null;
  const token = linkTokens.require('reset', id, reset.tokenHash);
  return { userId: reset.userId, recipient: reset.email, token, notice: null };
}

async function openLink(
  { database, linkTokens }: AccountsParts,
  id: string,
  kind: AccountMail['kind'],
): Promise<OpenedAccountMail | null> {
  const [link] = await findMailedLink(database, id);
  if (link === undefined) return null;
  const { purpose, email, tokenHash } = link;
  const userId = kind === 'email.taken' ? link.holderId : link.userId;
  // Whose address is taken must not get the link that would give it to somebody else.
  const token = kind === 'email.taken' ? null : linkTokens.require(purpose, id, tokenHash);
  return { userId, recipient: email, token, notice: null };
}

async function openNotice(
  { database, linkTokens }: AccountsParts,
  id: string,
): Promise<OpenedAccountMail | null> {
  const [notice] = await findNotice(database, id);
  if (notice === undefined) return null;
  const { userId, recipient, createdAt, address, browser, factor, undoId, undoTokenHash } = notice;
  const token =
    undoId === null || undoTokenHash === null
      ? null
      : linkTokens.require('undo', undoId, undoTokenHash);
  return { userId, recipient, token, notice: { at: createdAt, address, browser, factor } };
}
