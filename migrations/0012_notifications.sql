-- Mail that was sent or, with the capture driver, kept: what `/api/operations/mail` shows. Written with the end of its
-- job, so a mail that came twice, because a worker died before that, has one row.
create table mail_messages (
  -- That of its job, the same on every try.
  id         uuid        not null,
  message_id text        not null,
  recipient  text        not null,
  subject    text        not null,
  -- Null, with `html_body`, for a password reset that was really sent: its link opens an account.
  text_body  text,
  html_body  text,
  kind       text        not null,
  order_id   uuid,
  -- What it tells; null for a password reset.
  event_id   uuid,
  sent_at    timestamptz(3) not null default now(),
  constraint mail_messages_id_pkey primary key (id),
  constraint mail_messages_message_id_key unique (message_id),
  constraint mail_messages_order_id_fkey foreign key (order_id) references orders (id),
  constraint mail_messages_kind_check check (kind in
    ('order.placed', 'order.confirmed', 'order.ready', 'order.cancelled', 'order.failed', 'payment.refunded',
     'password.reset')),
  constraint mail_messages_text_body_check check (
    (text_body is null) = (html_body is null) and (text_body is not null or kind = 'password.reset')),
  constraint mail_messages_order_id_by_kind_check check (
    (kind = 'password.reset') = (order_id is null) and (order_id is null) = (event_id is null))
);

create index mail_messages_sent_at_id_idx on mail_messages (sent_at desc, id desc);
-- What waits to be told of an order, since mails of one order go in the order of its events.
create index jobs_mail_order_id_idx on jobs ((data ->> 'orderId'))
  where name = 'notifications.send-mail' and state in ('waiting', 'running');

-- An event is told once.
create unique index mail_messages_event_id_key on mail_messages (event_id);
