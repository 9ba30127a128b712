-- What a session proves, how long it lasts, and where it was last used.

-- No row is rewritten: every signed-in request waits for this table, however many sessions there are.
alter table refresh_families
  -- When its user last proved who they are. A refresh does not move it. The epoch: a server of an earlier version signed
  -- them in, which asked for no second factor.
  add column authenticated_at timestamptz(3) not null default 'epoch',
  -- Access tokens of an earlier generation are spent.
  add column generation       integer        not null default 1,
  add column generation_at    timestamptz(3),
  -- The last sign-in or refresh, and where it came from, by which its user recognises the session. Null: a server of an
  -- earlier version signed in, and the session was not refreshed since by a later one; its live token was issued then.
  add column last_used_at     timestamptz(3),
  add column address          text,
  add column user_agent       text,
  -- Sessions of an earlier epoch than the current one are over.
  add column epoch            integer        not null default 0,
  add constraint refresh_families_generation_check check (generation >= 1 and (generation = 1) = (generation_at is null)),
  add constraint refresh_families_user_agent_check check (length(user_agent) <= 256),
  add constraint refresh_families_epoch_check check (epoch >= 0),
  drop constraint refresh_families_end_reason_check,
  add constraint refresh_families_end_reason_check
    check (end_reason in ('logout', 'reuse', 'password', 'reset', 'disabled', 'revoked', 'admin', 'role', 'factor',
                          'email', 'limit', 'replaced'));

create index refresh_families_generation_at_idx on refresh_families (generation_at)
 where generation_at is not null;

-- One row. A new epoch ends the sessions of everyone at once, however many there are.
create table session_epoch (
  id    boolean not null default true,
  epoch integer not null default 0,
  constraint session_epoch_id_pkey primary key (id),
  constraint session_epoch_id_check check (id),
  constraint session_epoch_epoch_check check (epoch >= 0)
);

insert into session_epoch default values;
