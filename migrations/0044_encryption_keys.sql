-- Secrets are encrypted under a key that the database does not have, so that a copy of it does not reveal them.

-- The keys of ENCRYPTION_KEY, and from when on each encrypts: once all servers have it.
create table encryption_keys (
  -- Of a hash of the key.
  id            text           not null,
  registered_at timestamptz(3) not null default now(),
  encrypts_from timestamptz(3) not null,
  -- When nothing was encrypted under it any more, or what was had been given up. Null: it is needed.
  retired_at    timestamptz(3),
  constraint encryption_keys_id_pkey primary key (id),
  constraint encryption_keys_id_check check (id ~ '^[0-9a-f]{18}$')
);

-- If encrypted, `key` is nonce, ciphertext and tag. Servers of an earlier version write it in clear.
alter table personal_keys
  -- The key under which `key` is encrypted. Null: it is in clear, or destroyed. No foreign key: all inserts would lock one row.
  add column key_id text,
  drop constraint personal_keys_key_check,
  add constraint personal_keys_key_check
    check (octet_length(key) = case when key_id is null then 32 else 60 end),
  add constraint personal_keys_key_id_check check (key is not null or key_id is null);

-- By it those are found that are in clear or under a former key.
create index personal_keys_key_id_idx on personal_keys (key_id) where key is not null;

-- As in 0040, but a key may be encrypted under another one. Whether it is still the same key, only the program can tell.
create or replace function guard_personal_key() returns trigger
language plpgsql as $$
begin
  if new.person_id = old.person_id and new.created_at = old.created_at then
    if new.key is null then
      -- Servers of an earlier version do not know the column.
      new.key_id := null;
      return new;
    end if;
    if new.key = old.key and new.key_id is not distinct from old.key_id then
      return new;
    end if;
    if old.key is not null and new.key_id is not null and new.key_id is distinct from old.key_id then
      return new;
    end if;
  end if;
  raise exception 'the key of a person can only be destroyed, or encrypted under another key'
    using errcode = 'restrict_violation', constraint = 'personal_keys_kept_check';
end
$$;

alter table webhook_endpoints
  -- Null: it is lost with the key under which it was encrypted. Nothing is delivered until it is rotated.
  alter column secret drop not null,
  -- The keys under which the secrets are encrypted, which are then base64. Null: in clear, or there is none.
  add column secret_key_id          text,
  add column previous_secret_key_id text,
  add constraint webhook_endpoints_secret_key_id_check
    check ((secret_key_id is null) = (secret is null or secret like 'whsec\_%')),
  add constraint webhook_endpoints_previous_secret_key_id_check
    check ((previous_secret_key_id is null) = (previous_secret is null or previous_secret like 'whsec\_%'));
