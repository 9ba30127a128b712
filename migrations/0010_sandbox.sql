-- The books of the sandbox provider, in a schema of their own as if they stood on somebody else's machine: nothing here
-- refers to a table of the shop, and the shop reads and writes nothing here, so that a reconciliation has two sides.
create schema sandbox;

create table sandbox.sessions (
  reference    text   not null,
  -- What the merchant opened it under: the same key again is the same session.
  request_key  text   not null,
  payment_id   text   not null,
  order_number text   not null,
  amount_minor bigint not null,
  currency     text   not null,
  return_url   text   not null,
  status       text   not null default 'OPEN',
  -- What becomes of refunds of what was paid here, as chosen on the page.
  refund_mode  text   not null default 'succeed',
  expires_at   timestamptz(3),
  created_at   timestamptz(3) not null default now(),
  constraint sessions_reference_pkey primary key (reference),
  constraint sessions_request_key_key unique (request_key),
  constraint sessions_amount_minor_check check (amount_minor >= 0),
  constraint sessions_status_check check (status in ('OPEN', 'PAID', 'FAILED', 'EXPIRED')),
  constraint sessions_refund_mode_check
    check (refund_mode in ('succeed', 'fail', 'succeed_later', 'fail_later'))
) with (fillfactor = 80);

create index sessions_payment_id_idx on sandbox.sessions (payment_id);

-- Money that came in. A session can be paid more than once, and a signed event can tell of a charge on no session.
create table sandbox.charges (
  reference         text   not null,
  session_reference text,
  payment_id        text   not null,
  amount_minor      bigint not null,
  currency          text   not null,
  created_at        timestamptz(3) not null default now(),
  constraint charges_reference_pkey primary key (reference),
  constraint charges_session_reference_fkey
    foreign key (session_reference) references sandbox.sessions (reference),
  constraint charges_amount_minor_check check (amount_minor >= 0)
);

create index charges_session_reference_idx on sandbox.charges (session_reference);

-- Money that went back. A refund that settles later has its end written down from the start: `status` counts until
-- `settles_at`, `settles_as` from then on, and the webhook of the end waits in `deliveries`.
create table sandbox.refunds (
  id               text   not null,
  -- The merchant's own id of it, which is the key of the call too.
  refund_id        text   not null,
  payment_id       text,
  charge_reference text   not null,
  amount_minor     bigint not null,
  currency         text   not null,
  status           text   not null,
  settles_as       text,
  settles_at       timestamptz(3),
  created_at       timestamptz(3) not null default now(),
  constraint refunds_id_pkey primary key (id),
  constraint refunds_refund_id_key unique (refund_id),
  constraint refunds_amount_minor_check check (amount_minor >= 0),
  constraint refunds_status_check check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
  constraint refunds_settles_as_check check (settles_as in ('SUCCEEDED', 'FAILED')),
  constraint refunds_settles_at_check check ((settles_as is null) = (settles_at is null))
);

create index refunds_charge_reference_idx on sandbox.refunds (charge_reference);

-- Webhooks on their way. An event that is to arrive twice has two rows. `next_attempt_at` is null when the merchant has
-- it, or when the sandbox gave it up.
create table sandbox.deliveries (
  id              bigint  not null generated always as identity,
  event_id        text    not null,
  body            text    not null,
  attempts        integer not null default 0,
  next_attempt_at timestamptz,
  delivered_at    timestamptz(3),
  last_error      text,
  created_at      timestamptz(3) not null default now(),
  constraint deliveries_id_pkey primary key (id),
  constraint deliveries_attempts_check check (attempts >= 0)
);

create index deliveries_next_attempt_at_idx
    on sandbox.deliveries (next_attempt_at)
 where next_attempt_at is not null;

create index deliveries_event_id_idx on sandbox.deliveries (event_id);
