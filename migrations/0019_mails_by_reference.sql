-- A mail is recorded by what it was written from, not by its text: the order, the event, and the facts that may change
-- after it was sent. Everything else that it states never changes, so the same text can be written again. With its text,
-- a mail about an order of one line took 1.3 KB, a third of what the whole order took.

drop view inv_mail_events;

-- The texts of the mails so far stay where they are. A new one is stored only if it cannot be written again.
alter table mail_messages rename to mail_texts;
alter table mail_texts rename column id to mail_id;
alter table mail_texts rename constraint mail_messages_id_pkey to mail_texts_mail_id_pkey;

-- What all mails of a server have in common. Few rows, which are never deleted.
create table mail_settings (
  id                integer  generated always as identity,
  -- The revision of the templates (wordings.ts); 0 for mails whose texts are all in mail_texts.
  wording           smallint not null,
  shop_name         text,
  public_url        text,
  -- The Message-ID of a mail is its id at this domain.
  message_id_domain text     not null,
  constraint mail_settings_id_pkey primary key (id),
  constraint mail_settings_content_key unique nulls not distinct (wording, shop_name, public_url, message_id_domain),
  constraint mail_settings_wording_check check (
    wording >= 0 and (wording = 0) = (shop_name is null) and (shop_name is null) = (public_url is null))
);

-- Columns of fixed length first, so that no space is lost between them.
create table mail_messages (
  -- The id of the mail's job, the same on every attempt and derived from the event: one mail per event.
  id           uuid           not null,
  -- Null, with sequence, for a password reset.
  order_id     uuid,
  sent_at      timestamptz(3) not null default now(),
  -- The deadline in the text, if it asks for the payment.
  pay_by       timestamptz(3),
  -- The statement that records mails looks this row up. A foreign key would lock it for each mail.
  settings_id  integer        not null,
  -- The number of the event in the order's history. No foreign key, for the same reason; see inv_mail_events.
  sequence     integer,
  kind         text           not null,
  recipient    text           not null,
  -- The name in the greeting; empty if there is none.
  greeted_name text           not null,
  -- What the text states about the payment, as it was then.
  payment_note text,
  constraint mail_messages_id_pkey primary key (id),
  constraint mail_messages_kind_check check (kind in
    ('order.placed', 'order.confirmed', 'order.ready', 'order.cancelled', 'order.failed', 'payment.refunded',
     'password.reset')),
  constraint mail_messages_order_id_by_kind_check check (
    (kind = 'password.reset') = (order_id is null) and (order_id is null) = (sequence is null)),
  constraint mail_messages_payment_note_check check (
    payment_note in ('due', 'received', 'to_refund') and (pay_by is null or payment_note is not distinct from 'due'))
);

insert into mail_settings (wording, message_id_domain)
select distinct 0, substr(message_id, 38)
  from mail_texts;

insert into mail_messages (id, order_id, sent_at, settings_id, sequence, kind, recipient, greeted_name)
select mail_texts.mail_id, mail_texts.order_id, mail_texts.sent_at, mail_settings.id,
       -- 0 for a mail without an event, which inv_mail_events has reported so far and still reports.
       case when mail_texts.order_id is not null then coalesce(events.sequence, 0) end,
       mail_texts.kind, mail_texts.recipient, ''
  from mail_texts
  join mail_settings
    on mail_settings.message_id_domain = substr(mail_texts.message_id, 38)
  left join events
    on events.order_id = mail_texts.order_id
   and events.id = mail_texts.event_id
 order by mail_texts.sent_at, mail_texts.mail_id;

alter table mail_texts
  drop column message_id,
  drop column recipient,
  drop column kind,
  drop column order_id,
  drop column event_id,
  drop column sent_at;

alter table mail_texts
  add constraint mail_texts_text_body_check check ((text_body is null) = (html_body is null));

-- Without the id: mails of one batch have one time, for which a page is sorted at no cost, and the index stores it once.
create index mail_messages_sent_at_idx on mail_messages (sent_at);

create view inv_mail_events as
select id::text as id,
       format('it tells of event %s, which is no %s of the order %s', sequence, kind, order_id) as detail
  from mail_messages
 where order_id is not null
   and not exists (
     select
       from events
      where events.order_id = mail_messages.order_id
        and events.sequence = mail_messages.sequence
        and events.type = case mail_messages.kind when 'payment.refunded' then 'refund.succeeded'
                                                  else mail_messages.kind end)
union all
select min(id::text),
       format('one of %s that tell of event %s of the order %s', count(*), sequence, order_id)
  from mail_messages
 where order_id is not null
 group by order_id, sequence
having count(*) > 1;
comment on view inv_mail_events is 'A mail about an order tells of an event of that order, and no other mail tells of the same.';
