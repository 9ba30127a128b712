-- Searches go by trigrams (decision 0014). The extension is a trusted one: who may create schemas here may create it.
do $$
begin
  create extension if not exists pg_trgm;
exception
  when insufficient_privilege then
    raise exception 'the extension pg_trgm is missing and this role may not create it: let an administrator run "create extension pg_trgm" in this database, or "grant create on database" to the role (%)', sqlerrm;
  when undefined_file or feature_not_supported then
    raise exception 'the extension pg_trgm is not installed on the database server: install the contrib package of its PostgreSQL, which has it (%)', sqlerrm;
end
$$;

create table users (
  id                uuid        not null,
  email             text        not null,
  -- The e-mail after Unicode NFKC and lower case: one account whatever its spelling.
  email_key         text        not null,
  name              text        not null default '',
  password_hash     text        not null,
  role              text        not null default 'customer',
  vip               boolean     not null default false,
  disabled_at       timestamptz(3),
  -- Moves with role, vip and disabled, so that every server can learn of it within seconds.
  access_changed_at timestamptz(3) not null default now(),
  created_at        timestamptz(3) not null default now(),
  updated_at        timestamptz(3) not null default now(),
  constraint users_id_pkey primary key (id),
  constraint users_email_key_key unique (email_key),
  constraint users_role_check check (role in ('customer', 'kitchen', 'admin'))
);

create index users_access_changed_at_idx on users (access_changed_at);
create index users_created_at_id_idx on users (created_at, id);
-- Entered at once, not listed first: a search would read the whole list, and a sign-up hashes a password anyway.
create index users_email_key_trigrams_idx on users using gin (email_key gin_trgm_ops) with (fastupdate = off);
-- Few among many: who takes one away locks them all.
create index users_id_admin_idx on users (id) where role = 'admin' and disabled_at is null;

-- One sign-in: a family of refresh tokens, each the successor of the one before.
create table refresh_families (
  id         uuid        not null,
  user_id    uuid        not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  ended_at   timestamptz(3),
  end_reason text,
  constraint refresh_families_id_pkey primary key (id),
  constraint refresh_families_user_id_fkey foreign key (user_id) references users (id),
  constraint refresh_families_end_reason_check
    check (end_reason in ('logout', 'reuse', 'password', 'reset', 'disabled'))
);

create index refresh_families_user_id_idx on refresh_families (user_id) where ended_at is null;
create index refresh_families_ended_at_idx on refresh_families (ended_at) where ended_at is not null;

create table refresh_tokens (
  -- SHA-256 of the token; the token itself is never stored.
  token_hash bytea       not null,
  family_id  uuid        not null,
  issued_at  timestamptz(3) not null default now(),
  spent_at   timestamptz(3),
  constraint refresh_tokens_token_hash_pkey primary key (token_hash),
  constraint refresh_tokens_family_id_fkey foreign key (family_id) references refresh_families (id),
  constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32)
);

-- One live refresh token per family.
create unique index refresh_tokens_family_id_key on refresh_tokens (family_id) where spent_at is null;
create index refresh_tokens_family_id_idx on refresh_tokens (family_id);
create index refresh_tokens_spent_at_idx on refresh_tokens (spent_at) where spent_at is not null;

create table password_resets (
  -- What the token is derived from, with a secret that is not in the database.
  id         uuid        not null,
  token_hash bytea       not null,
  user_id    uuid        not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  used_at    timestamptz(3),
  constraint password_resets_id_pkey primary key (id),
  constraint password_resets_token_hash_key unique (token_hash),
  constraint password_resets_user_id_fkey foreign key (user_id) references users (id)
);

create unique index password_resets_user_id_key on password_resets (user_id) where used_at is null;

create table api_keys (
  id           uuid        not null,
  name         text        not null,
  -- The first characters of the secret, by which a person tells keys apart.
  prefix       text        not null,
  secret_hash  bytea       not null,
  scopes       text[]      not null,
  created_by   uuid        not null,
  created_at   timestamptz(3) not null default now(),
  expires_at   timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at   timestamptz(3),
  constraint api_keys_id_pkey primary key (id),
  constraint api_keys_secret_hash_key unique (secret_hash),
  constraint api_keys_created_by_fkey foreign key (created_by) references users (id),
  constraint api_keys_scopes_check check (cardinality(scopes) > 0)
);

create index api_keys_created_at_id_idx on api_keys (created_at desc, id desc);
