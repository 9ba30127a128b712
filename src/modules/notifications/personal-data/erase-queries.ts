import { statement } from '../../../database/statement.ts';

/** Deletes mails about these orders and accounts, with their texts. */
export const eraseMails = statement<
  [orderIds: readonly string[], userIds: readonly string[]],
  never
>(
  'notifications.erase_mails',
  `with erased as (
     delete from mail_messages
      where order_id = any($1::uuid[])
         or user_id = any($2::uuid[])
     returning id)
   delete from mail_texts
    where mail_id in (select id from erased)`,
);
