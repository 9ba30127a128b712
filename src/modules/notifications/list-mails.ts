import type { Queryable } from '../../database/statement.ts';
import { buildMessageId } from '../../drivers/mail/mailer.ts';
import { isOrderMailKind, type MailKind } from './mail-kind.ts';
import {
  type MailedEvent,
  type OrderMailSource,
  readOrderMailSources,
} from './order-mail-source.ts';
import { findMails, type MailRow } from './queries.ts';
import { getWording } from './wordings.ts';

/** A mail as it was sent. */
export interface SentMail {
  readonly id: string;
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  /** Null, like `html`, for a mail about an account whose text is not stored. */
  readonly text: string | null;
  readonly html: string | null;
  readonly kind: MailKind;
  readonly orderId: string | null;
  readonly sentAt: Date;
}

type ShownText = Pick<SentMail, 'subject' | 'text' | 'html'>;

/** The position after which a page starts. */
export interface MailPosition {
  readonly sentAt: string;
  readonly id: string;
}

/**
 * Returns mails newest first, after a position if given. Their texts are written again as they were sent, except that a
 * guest's link to an order has no token.
 */
export async function listMails(
  db: Queryable,
  after: MailPosition | null,
  limit: number,
): Promise<SentMail[]> {
  return writeAgain(db, await findMails(db, after?.sentAt ?? null, after?.id ?? null, limit));
}

/** Returns mails with their texts, as `listMails` does. */
export async function writeAgain(db: Queryable, rows: readonly MailRow[]): Promise<SentMail[]> {
  const written = rows.filter(isWrittenAgain);
  const sources = await readOrderMailSources(db, written);
  const sourceById = new Map(written.map(({ id }, index) => [id, sources[index]]));
  return rows.map((row) => ({
    id: row.id,
    messageId: buildMessageId(row.messageIdDomain, row.id),
    to: row.recipient,
    ...getText(row, sourceById.get(row.id)),
    kind: row.kind,
    orderId: row.orderId,
    sentAt: row.sentAt,
  }));
}

function isWrittenAgain(row: MailRow): row is MailRow & MailedEvent {
  return row.orderId !== null && row.storedSubject === null;
}

function getText(row: MailRow, source: OrderMailSource | undefined): ShownText {
  const { kind, timeZone, storedSubject } = row;
  if (storedSubject !== null) {
    return { subject: storedSubject, text: row.storedText, html: row.storedHtml };
  }
  const wording = getWording(row.wording);
  const settings = { shopName: row.shopName ?? '', publicUrl: row.publicUrl ?? '', timeZone };
  if (!isOrderMailKind(kind)) {
    return { subject: wording.findAccountSubject(kind), text: null, html: null };
  }
  if (source === undefined) throw new Error(`the order of the mail ${row.id} does not exist`);
  // A guest's link is shown without its token, which is for the recipient alone.
  return wording.writeOrderMail({ kind, facts: row, source, orderToken: null }, settings);
}
