import { statement } from '../../database/statement.ts';
import type { MailKind } from './mail-kind.ts';

/** Does nothing when the mail is there already: it was sent again because its worker died, and is still one mail. */
export const insertMessage = statement<
  [
    id: string,
    messageId: string,
    recipient: string,
    subject: string,
    text: string | null,
    html: string | null,
    kind: MailKind,
    orderId: string | null,
    eventId: string | null,
  ],
  never
>(
  'notifications.insert_message',
  `insert into mail_messages
     (id, message_id, recipient, subject, text_body, html_body, kind, order_id, event_id)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::uuid, $9::uuid)
   on conflict do nothing`,
);

/**
 * How long the first of an order's mails about earlier events is from its next try: 0 when it is being sent. No row when
 * nothing stands before this one. The kind of job is spelt out, as the index has it.
 */
export const findEarlierMail = statement<[orderId: string, sequence: number], { dueInMs: number }>(
  'notifications.find_earlier_mail',
  `select greatest(extract(epoch from due_at - now()) * 1000, 0)::double precision as "dueInMs"
     from jobs
    where name = 'notifications.send-mail'
      and state in ('waiting', 'running')
      and data ->> 'orderId' = $1::text
      and (data ->> 'sequence')::integer < $2::integer
    order by (data ->> 'sequence')::integer
    limit 1`,
);

/** Mail of three months ago. */
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
