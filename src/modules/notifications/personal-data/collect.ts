import type { Queryable } from '../../../database/statement.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { type SentMail, writeAgain } from '../list-mails.ts';
import { isOrderMailKind } from '../mail-kind.ts';
import { findMailsOfOrders, findMailsOfUsers } from '../queries.ts';

export function collect(db: Queryable, { id, orderIds }: Person): PersonalLists {
  return {
    orderMails: readBySlices(orderIds, async (slice) =>
      (await writeAgain(db, await findMailsOfOrders(db, slice))).map(present),
    ),
    accountMails: readBySlices([id], async (slice) =>
      (await writeAgain(db, await findMailsOfUsers(db, slice))).map(present),
    ),
  };
}

/** Without the HTML, which says the same as the text, and without the text of a mail whose link gives access to an account. */
function present({ html: _, ...mail }: SentMail): object {
  return isOrderMailKind(mail.kind) ? mail : { ...mail, text: null };
}
