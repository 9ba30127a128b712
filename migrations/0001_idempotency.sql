-- A caller's claim that a request takes effect once, committed in the transaction of the effect.
create table idempotency_keys (
  scope_hash   bytea       not null,
  request_hash bytea       not null,
  caller_id    uuid        not null,
  operation    text        not null,
  -- The first answer, as JSON text; null only inside the transaction that makes the effect.
  result       text,
  -- What came of it, where that is a row of its own (an order).
  effect_id    uuid,
  created_at   timestamptz not null default now(),
  replayed_at  timestamptz,
  -- 'infinity' for a clientToken, which holds as long as its order.
  expires_at   timestamptz not null,
  constraint idempotency_keys_scope_hash_pkey primary key (scope_hash)
);

-- Rows come in the order of their end, which a block range index holds for next to nothing.
create index idempotency_keys_expires_at_idx on idempotency_keys using brin (expires_at);
