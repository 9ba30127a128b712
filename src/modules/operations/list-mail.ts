import { recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import type { RequestContext } from '../../http/index.ts';
import { isAdmin } from '../../shared/caller.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { isOrderMailKind, listMails, type SentMail } from '../notifications/index.ts';
import type { ListMailInput, MailView } from './schemas.ts';

/**
 * Returns a page of mail and records in the audit that it was read, since mails are about people. Only admins, not API
 * keys, read the texts. Throws `request.invalid_cursor`.
 */
export async function readMail(
  database: Database,
  cursors: Cursors,
  showsAccountTexts: boolean,
  context: RequestContext,
  input: ListMailInput,
): Promise<Page<MailView>> {
  const showsTexts = isAdmin(context.caller);
  // Not in the transaction, because a page may take long. Only a page whose read is recorded is shown.
  const page = await listMail(database, cursors, showsAccountTexts, input);
  const [newest, oldest] = [page.data.at(0), page.data.at(-1)];
  if (newest === undefined || oldest === undefined) return page;
  const after = {
    mails: page.data.length,
    newest: newest.id,
    oldest: oldest.id,
    texts: showsTexts,
  };
  await database.transaction((tx) =>
    recordAudit(tx, context, [{ type: 'mails.read', subjectId: null, before: null, after }]),
  );
  return showsTexts ? page : withoutTexts(page);
}

/**
 * Lists mail that was sent or captured, newest first. `showsAccountTexts`: a mail about an account may contain a link that grants
 * access to it, so its text is shown only where mail is not delivered and no account is worth protecting. Throws
 * `request.invalid_cursor`.
 */
export async function listMail(
  db: Queryable,
  cursors: Cursors,
  showsAccountTexts: boolean,
  input: ListMailInput,
): Promise<Page<MailView>> {
  const limit = input.limit ?? PAGE_LIMIT_DEFAULT;
  const filters = { list: 'mail' };
  const [sentAt, id] =
    input.cursor === undefined ? [] : (cursors.decode(filters, input.cursor) as [string, string]);
  const after = sentAt === undefined || id === undefined ? null : { sentAt, id };
  const mails = await listMails(db, after, limit + 1);
  return buildPage(
    mails,
    limit,
    (mail) => presentMail(mail, showsAccountTexts),
    (last) => cursors.encode(filters, [last.sentAt.toISOString(), last.id]),
  );
}

/**
 * Returns the mails as an API key may read them: that they were sent, and to whom. Their texts are between the shop and
 * a person.
 */
function withoutTexts(page: Page<MailView>): Page<MailView> {
  return { ...page, data: page.data.map((mail) => ({ ...mail, text: null, html: null })) };
}

function presentMail(mail: SentMail, showsAccountTexts: boolean): MailView {
  const view = { ...mail, sentAt: mail.sentAt.toISOString() };
  const isHidden = !isOrderMailKind(mail.kind) && !showsAccountTexts;
  return isHidden ? { ...view, text: null, html: null } : view;
}
