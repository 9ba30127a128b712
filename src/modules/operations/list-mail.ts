import type { Queryable } from '../../database/statement.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { listMails, type SentMail } from '../notifications/index.ts';
import type { ListMailInput, MailView } from './schemas.ts';

/**
 * Lists mail that was sent or captured, newest first. `showResetText`: a reset mail contains a link that grants access
 * to an account, so its text is shown only where mail is not delivered and no account is worth protecting. Throws
 * `request.invalid_cursor`.
 */
export async function listMail(
  db: Queryable,
  cursors: Cursors,
  showResetText: boolean,
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
    (mail) => presentMail(mail, showResetText),
    (last) => cursors.encode(filters, [last.sentAt.toISOString(), last.id]),
  );
}

/**
 * Returns the mails as an API key may read them: that they were sent, and to whom. Their texts are between the shop and
 * a person.
 */
export function withoutTexts(page: Page<MailView>): Page<MailView> {
  return { ...page, data: page.data.map((mail) => ({ ...mail, text: null, html: null })) };
}

function presentMail(mail: SentMail, showResetText: boolean): MailView {
  const view = { ...mail, sentAt: mail.sentAt.toISOString() };
  const secret = mail.kind === 'password.reset' && !showResetText;
  return secret ? { ...view, text: null, html: null } : view;
}
