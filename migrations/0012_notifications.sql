-- Mail that was sent or, with the capture driver, kept: what `/api/operations/mail` shows. Written with the end of its
-- job, so a mail that came twice, because a worker died before that, has one row.
create table mail_messages (
  -- That of its job, the same on every try, and made of the event: so an event is told once.
  id         uuid        not null,
  -- Begins with the id, so that no two have one.
  message_id text        not null,
  recipient  text        not null,
  subject    text        not null,
  -- Null, with `html_body`, for a password reset that was really sent: its link opens an account.
  text_body  text,
  html_body  text,
  kind       text        not null,
  -- Taken, with `event_id`, from the log, where nothing is deleted. A foreign key would lock the order's row for each mail,
  -- at a third of what the whole row costs; `inv_mail_events` looks at the same instead.
  order_id   uuid,
  -- What it tells; null for a password reset.
  event_id   uuid,
  sent_at    timestamptz(3) not null default now(),
  constraint mail_messages_id_pkey primary key (id),
  constraint mail_messages_message_id_check check (starts_with(message_id, id::text)),
  constraint mail_messages_kind_check check (kind in
    ('order.placed', 'order.confirmed', 'order.ready', 'order.cancelled', 'order.failed', 'payment.refunded',
     'password.reset')),
  constraint mail_messages_text_body_check check (
    (text_body is null) = (html_body is null) and (text_body is not null or kind = 'password.reset')),
  constraint mail_messages_order_id_by_kind_check check (
    (kind = 'password.reset') = (order_id is null) and (order_id is null) = (event_id is null))
);

create index mail_messages_sent_at_id_idx on mail_messages (sent_at desc, id desc);

create view inv_mail_events as
select id::text as id,
       format('it tells of %s, which is no event of the order %s', event_id, order_id) as detail
  from mail_messages
 where order_id is not null
   and not exists (
     select
       from events
      where events.order_id = mail_messages.order_id
        and events.id = mail_messages.event_id)
union all
select min(id::text),
       format('one of %s that tell of %s', count(*), event_id)
  from mail_messages
 where event_id is not null
 group by event_id
having count(*) > 1;
comment on view inv_mail_events is 'A mail about an order tells of an event of that order, and no other mail tells of the same.';
