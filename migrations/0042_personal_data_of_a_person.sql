-- What is given out to people about themselves, and erased.

-- The people who asked to be erased, or were. Ids and times only: an erased person leaves nothing else here.
create table erasures (
  user_id      uuid           not null,
  -- When they asked for it. Null: they did not, and an admin erased them.
  requested_at timestamptz(3),
  -- Until when it has to be done: a month after they asked.
  due_at       timestamptz(3),
  -- Null: not yet.
  erased_at    timestamptz(3),
  constraint erasures_user_id_pkey primary key (user_id),
  constraint erasures_user_id_fkey foreign key (user_id) references users (id),
  constraint erasures_due_at_check check ((due_at is null) = (requested_at is null) and due_at > requested_at),
  constraint erasures_erased_at_check check (requested_at is not null or erased_at is not null)
);

create index erasures_due_at_user_id_open_idx on erasures (due_at, user_id)
 where erased_at is null;

-- Whose account a mail is about. Null: it is about an order, which has its customer. The address alone would not tell, because
-- accounts change theirs.
alter table mail_messages
  add column user_id uuid,
  add constraint mail_messages_user_id_check check (user_id is null or order_id is null);

-- Of mails that were sent before, the account that has the address now.
update mail_messages
   set user_id = users.id
  from users
 where mail_messages.order_id is null
   and users.email = mail_messages.recipient
   and not users.guest;

-- The mails of a person are found by their orders and by their account.
create index mail_messages_order_id_idx on mail_messages (order_id) where order_id is not null;
create index mail_messages_user_id_idx on mail_messages (user_id) where user_id is not null;

-- The corrections of stock of one of the staff, and their events, which have no order.
create index stock_movements_actor_id_at_id_idx on stock_movements (actor_id, at, id) where actor_id is not null and order_id is null;
create index events_actor_id_position_idx on events (actor_id, position)
 where order_id is null and actor_id is not null;
