import { statement } from '../../database/statement.ts';

/**
 * Inserts mails. `rows`: JSON array with the columns as members. An existing mail stays unchanged: it was sent again
 * because its worker died, and is still one mail.
 */
export const insertMessages = statement<[rows: string], never>(
  'notifications.insert_messages',
  `insert into mail_messages
     (id, message_id, recipient, subject, text_body, html_body, kind, order_id, event_id)
   select id, message_id, recipient, subject, text_body, html_body, kind, order_id, event_id
     from jsonb_to_recordset($1::jsonb) as new_message
       (id uuid, message_id text, recipient text, subject text, text_body text, html_body text, kind text,
        order_id uuid, event_id uuid)
    order by id
   on conflict do nothing`,
);

export interface MailRow {
  id: string;
  messageId: string;
  to: string;
  subject: string;
  text: string | null;
  html: string | null;
  kind: string;
  orderId: string | null;
  sentAt: Date;
}

/** Returns mails newest first, before (sentAt, id) if given. */
export const findMail = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  MailRow
>(
  'notifications.find_mail',
  `select id, message_id as "messageId", recipient as "to", subject, text_body as text,
          html_body as html, kind, order_id as "orderId", sent_at as "sentAt"
     from mail_messages
    where $1::timestamptz is null
       or (sent_at, id) < ($1::timestamptz, $2::uuid)
    order by sent_at desc, id desc
    limit $3::int`,
);

/** Deletes mail older than 90 days. */
export const purgeMail = statement<[limit: number], { id: string }>(
  'notifications.purge_mail',
  `delete from mail_messages
    where id in (
      select id
        from mail_messages
       where sent_at <= now() - interval '90 days'
       order by sent_at
       limit $1::int)
   returning id`,
);
