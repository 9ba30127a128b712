import { statement } from '../../database/statement.ts';
import type { EventType } from '../../events/index.ts';

/**
 * `rows` is a JSON array of objects with the columns as members. A mail that is there already stays: it was sent again
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

export interface EventRow {
  id: string;
  orderId: string;
  sequence: number;
  type: EventType;
  from: string | null;
  reason: string | null;
  data: Record<string, unknown>;
}

/** All that happened to these orders, in their order. */
export const findEventsOf = statement<[orderIds: readonly string[]], EventRow>(
  'notifications.find_events_of',
  `select id, order_id as "orderId", sequence, type, from_status as "from", reason, data
     from events
    where order_id = any($1::uuid[])
    order by order_id, sequence`,
);

/** Of these jobs those that wait or run: how long each is from its next try, 0 when it is at it. */
export const findUnfinishedJobs = statement<
  [ids: readonly string[]],
  { id: string; dueInMs: number }
>(
  'notifications.find_unfinished_jobs',
  `select id, greatest(extract(epoch from due_at - now()) * 1000, 0)::double precision as "dueInMs"
     from jobs
    where id = any($1::uuid[])
      and state in ('waiting', 'running')`,
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
