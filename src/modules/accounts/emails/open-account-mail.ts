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
  const { userId, email, isStaff } = reset;
  return { userId, recipient: email, isStaff, token, notice: null };
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
  // Nobody learns from it whether the account that wants the address, or has it, is one of staff.
  return { userId, recipient: email, isStaff: false, token, notice: null };
}

async function openNotice(
  { database, linkTokens }: AccountsParts,
  id: string,
): Promise<OpenedAccountMail | null> {
  const [notice] = await findNotice(database, id);
  if (notice === undefined) return null;
  const { userId, recipient, isStaff, undoId, undoTokenHash } = notice;
  const { createdAt, address, browser, factor } = notice;
  const token =
    undoId === null || undoTokenHash === null
      ? null
      : linkTokens.require('undo', undoId, undoTokenHash);
  const facts = { at: createdAt, address, browser, factor };
  return { userId, recipient, isStaff, token, notice: facts };
}
