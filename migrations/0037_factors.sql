-- Second factors: the one-time codes of an app, passkeys, and recovery codes for who has lost both.

create table factors (
  id            uuid        not null,
  user_id       uuid        not null,
  type          text        not null,
  name          text        not null,
  created_at    timestamptz(3) not null default now(),
  -- When its owner showed that it works. Until then it counts for nothing.
  confirmed_at  timestamptz(3),
  last_used_at  timestamptz(3),
  -- Of one-time codes: the secret, encrypted with AES-256-GCM under a key outside the database, and which one.
  secret        bytea,
  secret_key_id text,
  -- The latest time step whose code was accepted. Earlier ones are no longer.
  last_step     bigint,
  -- Of a passkey. Source of the terms: WebAuthn Level 3.
  credential_id bytea,
  public_key    bytea,
  rp_id         text,
  sign_count    bigint,
  transports    text[],
  backup_eligible boolean,
  backed_up     boolean,
  constraint factors_id_pkey primary key (id),
  constraint factors_user_id_fkey foreign key (user_id) references users (id),
  constraint factors_credential_id_key unique (credential_id),
  constraint factors_type_check check (type in ('totp', 'passkey')),
  constraint factors_name_check check (length(name) between 1 and 200),
  constraint factors_secret_check check (
    (type = 'totp') = (secret is not null) and (type = 'totp') = (secret_key_id is not null)),
  constraint factors_last_step_check check (last_step is null or type = 'totp'),
  constraint factors_passkey_check check (
    num_nonnulls(credential_id, public_key, rp_id, sign_count, transports, backup_eligible, backed_up)
      = case type when 'passkey' then 7 else 0 end),
  constraint factors_sign_count_check check (sign_count >= 0)
);

create index factors_user_id_idx on factors (user_id);
create index factors_created_at_idx on factors (created_at) where confirmed_at is null;

create table recovery_codes (
  user_id    uuid        not null,
  -- SHA-256 of the code and its user.
  code_hash  bytea       not null,
  created_at timestamptz(3) not null default now(),
  used_at    timestamptz(3),
  constraint recovery_codes_user_id_code_hash_pkey primary key (user_id, code_hash),
  constraint recovery_codes_user_id_fkey foreign key (user_id) references users (id),
  constraint recovery_codes_code_hash_check check (octet_length(code_hash) = 32)
);

-- A challenge is met by one proof of a factor, within five minutes.
create table factor_challenges (
  id         uuid        not null,
  -- `sign_in`: a password was right. `passkey`: somebody wants to sign in by a passkey alone, so it has no user yet.
  -- `registration`: a user adds a passkey.
  kind       text        not null,
  user_id    uuid,
  -- What a passkey signs; null if none can be used.
  nonce      bytea,
  created_at timestamptz(3) not null default clock_timestamp(),
  expires_at timestamptz(3) not null,
  used_at    timestamptz(3),
  constraint factor_challenges_id_pkey primary key (id),
  constraint factor_challenges_nonce_key unique (nonce),
  constraint factor_challenges_user_id_fkey foreign key (user_id) references users (id),
  constraint factor_challenges_kind_check check (kind in ('sign_in', 'passkey', 'registration')),
  constraint factor_challenges_user_check check ((kind = 'passkey') = (user_id is null)),
  constraint factor_challenges_nonce_check check (
    case when nonce is null then kind = 'sign_in' else octet_length(nonce) = 32 end)
);

create index factor_challenges_user_id_idx on factor_challenges (user_id) where user_id is not null;
create index factor_challenges_expires_at_idx on factor_challenges (expires_at);

-- Wrong proofs of the last day, counted per account on all servers together.
create table factor_failures (
  id        uuid        not null,
  user_id   uuid        not null,
  failed_at timestamptz(3) not null default clock_timestamp(),
  constraint factor_failures_id_pkey primary key (id),
  constraint factor_failures_user_id_fkey foreign key (user_id) references users (id)
);

create index factor_failures_user_id_failed_at_idx on factor_failures (user_id, failed_at);
create index factor_failures_failed_at_idx on factor_failures (failed_at);
