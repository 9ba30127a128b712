-- Mails state when and where an order is, in the shop's time zone, and are shown as they were sent although that may
-- change afterwards.

alter table mail_settings
  drop constraint mail_settings_content_key,
  add constraint mail_settings_content_key
    unique nulls not distinct (wording, shop_name, public_url, message_id_domain, time_zone);

alter table mail_messages
  -- Whether it went to a guest, whose link opens the order; null: to an account. A guest may become one.
  add column to_guest boolean,
  add constraint mail_messages_to_guest_check check (to_guest),
  drop constraint mail_messages_kind_check,
  add constraint mail_messages_kind_check check (kind in
    ('order.placed', 'order.confirmed', 'order.ready', 'order.cancelled', 'order.failed', 'order.rescheduled',
     'order.readdressed', 'payment.refunded', 'password.reset'));

-- What a change of an order's fulfilment replaced. A mail states the fulfilment as of its event, so it contains nothing of
-- it: the first row here of a later event has it, or else the order itself.
create table former_fulfilments (
  order_id       uuid           not null,
  -- The first event of the change.
  until_sequence integer        not null,
  -- As in `orders`; so is the time.
  fulfilment     jsonb,
  promised_for   timestamptz(3),
  changed_at     timestamptz(3) not null default now(),
  constraint former_fulfilments_order_id_until_sequence_pkey primary key (order_id, until_sequence),
  constraint former_fulfilments_order_id_fkey foreign key (order_id) references orders (id)
);
