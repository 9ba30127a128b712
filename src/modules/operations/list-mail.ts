import type { Queryable } from '../../database/statement.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { findMail, type MailRow } from '../notifications/index.ts';
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
  const [beforeAt = null, beforeId = null] =
    input.cursor === undefined ? [] : (cursors.decode(filters, input.cursor) as [string, string]);
  const rows = await findMail(db, beforeAt, beforeId, limit + 1);
  return buildPage(
    rows,
    limit,
    (row) => presentMail(row, showResetText),
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

function presentMail(row: MailRow, showResetText: boolean): MailView {
  const view = { ...row, sentAt: row.sentAt.toISOString() };
  const secret = row.kind === 'password.reset' && !showResetText;
  return secret ? { ...view, text: null, html: null } : view;
}
