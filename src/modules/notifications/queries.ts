import { statement } from '../../database/statement.ts';
import type { EventType, OrderEventRow } from '../../events/index.ts';
import type { MailedState, PaymentNote } from './mail-facts.ts';
import type { MailKind } from './mail-kind.ts';

/**
 * Returns the state of orders and of their customers, as the facts of their mails depend on it. Each customer is looked
 * up by id: with a join, a plan that was made while the shop was new reads all orders.
 */
export const findMailedStates = statement<
  [orderIds: readonly string[]],
  MailedState & { orderId: string }
>(
  'notifications.find_mailed_states',
  `select orders.id as "orderId", status, payment_status as "paymentStatus", source = 'import' as "isImported",
          total_minor = 0 as "isFree", round(date_part('epoch', expires_at) * 1000) as "expiresAtMs",
          customer.email, customer.name as "customerName", customer.guest as "isGuest",
          customer.guest or customer.email_verified_at is not null as "repeatsWords"
     from orders
    cross join lateral (
      select email, name, guest, email_verified_at
        from users
       where users.id = orders.customer_id
       limit 1) as customer
    where orders.id = any($1::uuid[])`,
);

export interface MailEventRow
  extends Pick<OrderEventRow, 'id' | 'orderId' | 'sequence' | 'type' | 'from'> {
  /** Whether it is the first event of a change of an order's fulfilment. */
  readonly beginsChange: boolean;
}

/** Returns the events of these types of these orders, by order and sequence. */
export const findMailEvents = statement<
  [orderIds: readonly string[], types: readonly EventType[]],
  MailEventRow
>(
  'notifications.find_mail_events',
  `select id, order_id as "orderId", sequence, type, from_status as "from",
          exists (select
                    from former_fulfilments
                   where former_fulfilments.order_id = events.order_id
                     and until_sequence = sequence) as "beginsChange"
     from events
    where order_id = any($1::uuid[])
      and type = any($2::text[])
    order by order_id, sequence`,
);

/** Returns the id of these settings. Adds them if they are new. */
export const addSettings = statement<
  [wording: number, shopName: string, publicUrl: string, timeZone: string, messageIdDomain: string],
  { id: number }
>(
  'notifications.add_settings',
  `insert into mail_settings (wording, shop_name, public_url, time_zone, message_id_domain)
   values ($1::smallint, $2::text, $3::text, $4::text, $5::text)
   on conflict on constraint mail_settings_content_key
      do update set wording = excluded.wording
   returning id`,
);

/**
 * Inserts mails, whose columns are parallel arrays: as JSON they took the database a fifth more. An existing mail stays
 * unchanged: it was sent again because its worker died, and is still one mail. Fails if there are no such settings.
 */
export const insertMessages = statement<
  [
    settingsId: number,
    ids: string[],
    orderIds: (string | null)[],
    sequences: (number | null)[],
    kinds: MailKind[],
    recipients: string[],
    greetedNames: string[],
    paymentNotes: (PaymentNote | null)[],
    payByMs: (number | null)[],
    toGuests: (true | null)[],
    omitOwnWords: (true | null)[],
    userIds: (string | null)[],
  ],
  never
>(
  'notifications.insert_messages',
  `insert into mail_messages
     (id, order_id, pay_by, settings_id, sequence, kind, recipient, greeted_name, payment_note, to_guest,
      omits_own_words, user_id)
   select id, order_id, to_timestamp(pay_by_ms / 1000), (select id from mail_settings where id = $1::integer),
          sequence, kind, recipient, greeted_name, payment_note, to_guest, omits_own_words, user_id
     from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[],
                 $9::double precision[], $10::boolean[], $11::boolean[], $12::uuid[])
            as new_message (id, order_id, sequence, kind, recipient, greeted_name, payment_note, pay_by_ms, to_guest,
                            omits_own_words, user_id)
    order by new_message.id
   on conflict do nothing`,
);

/** Inserts the texts of mails that cannot be written again. `rows`: JSON array with the columns as members. */
export const insertTexts = statement<[rows: string], never>(
  'notifications.insert_texts',
  `insert into mail_texts (mail_id, subject, text_body, html_body)
   select mail_id, subject, text_body, html_body
     from jsonb_to_recordset($1::jsonb) as new_text
       (mail_id uuid, subject text, text_body text, html_body text)
   on conflict do nothing`,
);

export interface MailRow {
  id: string;
  kind: MailKind;
  orderId: string | null;
  sequence: number | null;
  sentAt: Date;
  recipient: string;
  greetedName: string;
  paymentNote: PaymentNote | null;
  payByMs: number | null;
  isGuest: boolean;
  omitsOwnWords: boolean;
  wording: number;
  shopName: string | null;
  publicUrl: string | null;
  timeZone: string;
  messageIdDomain: string;
  /** Null if the mail has to be written again, like `storedText` and `storedHtml`. */
  storedSubject: string | null;
  storedText: string | null;
  storedHtml: string | null;
}

/** Returns the columns of a `MailRow`, of the mails that a query selects. */
const selectMails = (mails: string) =>
  `select mails.id, kind, order_id as "orderId", sequence, sent_at as "sentAt", recipient,
          greeted_name as "greetedName", payment_note as "paymentNote",
          round(date_part('epoch', pay_by) * 1000) as "payByMs", coalesce(to_guest, false) as "isGuest",
          coalesce(omits_own_words, false) as "omitsOwnWords",
          wording, shop_name as "shopName", public_url as "publicUrl", time_zone as "timeZone",
          message_id_domain as "messageIdDomain",
          subject as "storedSubject", text_body as "storedText", html_body as "storedHtml"
     from (${mails}) as mails
     join mail_settings on mail_settings.id = mails.settings_id
     left join mail_texts on mail_texts.mail_id = mails.id`;

/** Returns mails newest first, before (sentAt, id) if given. */
export const findMails = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  MailRow
>(
  'notifications.find_mail',
  `${selectMails(`
       select *
         from mail_messages
        where (sent_at, id) < (coalesce($1::timestamptz, 'infinity'),
                               coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        order by sent_at desc, id desc
        limit $3::int`)}
    order by sent_at desc, mails.id desc`,
);

/** Returns the mails about these orders, oldest first. */
export const findMailsOfOrders = statement<[orderIds: readonly string[]], MailRow>(
  'notifications.find_mails_of_orders',
  `${selectMails('select * from mail_messages where order_id = any($1::uuid[])')}
    order by sent_at, mails.id`,
);

/** Returns the mails about these accounts, oldest first. */
export const findMailsOfUsers = statement<[userIds: readonly string[]], MailRow>(
  'notifications.find_mails_of_users',
  `${selectMails('select * from mail_messages where user_id = any($1::uuid[])')}
    order by sent_at, mails.id`,
);

/** Deletes mails older than 90 days, with their texts. */
export const purgeMail = statement<[limit: number], { id: string }>(
  'notifications.purge_mail',
  `with purged as (
     delete from mail_messages
      where id in (
        select id
          from mail_messages
         where sent_at <= now() - interval '90 days'
         order by sent_at
         limit $1::int)
     returning id),
   purged_texts as (
     delete from mail_texts
      where mail_id in (select id from purged))
   select id from purged`,
);
