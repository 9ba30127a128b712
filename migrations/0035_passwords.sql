-- Passwords that somebody else knows or chose under a weaker rule, more than one reset link, and known devices.

-- Set where a password may not go on being used: `false` again with the next one that its owner chooses.
alter table users add column password_change_required boolean not null default false;

-- Several links may be open: a stranger who asks for more must not void the one that the owner is about to use.
drop index password_resets_user_id_key;
create index password_resets_user_id_created_at_idx on password_resets (user_id, created_at);

-- Where somebody has signed in: attempts from there are counted apart from those of strangers.
create table known_devices (
  user_id       uuid        not null,
  -- `cookie`: a token that the browser keeps. `network`: an address range and a user agent.
  kind          text        not null,
  -- SHA-256 of what the device shows; the token itself is never stored.
  identity_hash bytea       not null,
  created_at    timestamptz(3) not null default now(),
  last_used_at  timestamptz(3) not null default now(),
  -- Whether it was shown again after the sign-in that created the row.
  returned      boolean     not null default false,
  constraint known_devices_user_id_identity_hash_pkey primary key (user_id, identity_hash),
  constraint known_devices_user_id_fkey foreign key (user_id) references users (id),
  constraint known_devices_kind_check check (kind in ('cookie', 'network')),
  constraint known_devices_identity_hash_check check (octet_length(identity_hash) = 32)
);

create index known_devices_last_used_at_idx on known_devices (last_used_at);
