-- Proven e-mail addresses, the links that prove and change them, and notices to the owners of accounts.

alter table users
  -- Since when it is proven that the account's owner reads the mail of its address; null: it is not.
  add column email_verified_at timestamptz(3),
  -- The first address of an account that has another one now, so that the start does not create its owner again.
  add column original_email_key text,
  add constraint users_email_verified_at_check check (email_verified_at is null or not guest);

create index users_original_email_key_idx on users (original_email_key) where original_email_key is not null;

-- Staff got their access from somebody who knows their address, and who used the link of a reset read that mail.
update users
   set email_verified_at = now()
 where not guest
   and (   role <> 'customer'
        or exists (
             select
               from password_resets
              where password_resets.user_id = users.id
                and used_at is not null)
        or exists (
             select
               from audit
              where subject_id = users.id
                and type = 'user.password_changed'
                and after ->> 'provenBy' = 'reset_link'));

-- The links of mails about addresses. A link of a reset leads to a password instead, see `password_resets`.
create table email_links (
  id         uuid           not null,
  user_id    uuid           not null,
  -- `verify` proves the address of the account, `change` gives the account this address, `undo` gives it back.
  purpose    text           not null,
  email      text           not null,
  email_key  text           not null,
  -- SHA-256; the token itself is never stored.
  token_hash bytea          not null,
  -- Of a `change`: the link that undoes it.
  undo_id    uuid,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  used_at    timestamptz(3),
  constraint email_links_id_pkey primary key (id),
  constraint email_links_token_hash_key unique (token_hash),
  constraint email_links_user_id_fkey foreign key (user_id) references users (id),
  constraint email_links_purpose_check check (purpose in ('verify', 'change', 'undo')),
  constraint email_links_undo_id_check check ((purpose = 'change') = (undo_id is not null)),
  constraint email_links_token_hash_check check (octet_length(token_hash) = 32)
);

create index email_links_user_id_created_at_idx on email_links (user_id, created_at);
create index email_links_email_key_created_at_idx on email_links (email_key, created_at);

-- What the owner of an account is told by mail. The mail is written from it when it is sent.
create table account_notices (
  id         uuid           not null,
  user_id    uuid           not null,
  kind       text           not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  -- Where the request came from; null: the command line.
  address    text,
  -- What the client said of itself, in words of ours.
  browser    text,
  -- The kind of second factor that it is about.
  factor     text,
  -- The address that it goes to; null: that of the account.
  recipient  text,
  -- The link that undoes what it is about.
  undo_id    uuid,
  constraint account_notices_id_pkey primary key (id),
  constraint account_notices_user_id_fkey foreign key (user_id) references users (id),
  constraint account_notices_kind_check check (kind in
    ('password_changed', 'factor_added', 'factor_removed', 'factors_reset', 'recovery_codes_created',
     'recovery_code_used', 'new_device', 'refresh_reused', 'email_change_requested', 'email_changed',
     'email_change_undone'))
);

create index account_notices_user_id_kind_created_at_idx on account_notices (user_id, kind, created_at);
create index account_notices_created_at_idx on account_notices (created_at);

alter table mail_messages
  -- Whether the mail states nothing that its customer typed, because the address was not proven; null: it does.
  add column omits_own_words boolean,
  add constraint mail_messages_omits_own_words_check check (omits_own_words),
  drop constraint mail_messages_kind_check,
  add constraint mail_messages_kind_check check (kind in
    ('order.placed', 'order.confirmed', 'order.ready', 'order.cancelled', 'order.failed', 'order.rescheduled',
     'order.readdressed', 'payment.refunded', 'password.reset', 'email.verify', 'email.confirm', 'email.taken',
     'account.password_changed', 'account.factor_added', 'account.factor_removed', 'account.factors_reset',
     'account.recovery_codes_created', 'account.recovery_code_used', 'account.new_device',
     'account.refresh_reused', 'account.email_change_requested', 'account.email_changed',
     'account.email_change_undone')),
  drop constraint mail_messages_order_id_by_kind_check,
  add constraint mail_messages_order_id_by_kind_check check
    ((kind like 'order.%' or kind like 'payment.%') = (order_id is not null)
     and (order_id is null) = (sequence is null));
