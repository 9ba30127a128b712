-- What a session proves, and when.

alter table refresh_families
  -- When its user last proved who they are. A refresh does not move it.
  add column authenticated_at timestamptz(3) not null default now(),
  -- Access tokens of an earlier generation are spent.
  add column generation       integer        not null default 1,
  add column generation_at    timestamptz(3);

update refresh_families set authenticated_at = created_at;

alter table refresh_families
  add constraint refresh_families_generation_check check (generation >= 1 and (generation = 1) = (generation_at is null));

create index refresh_families_generation_at_idx on refresh_families (generation_at)
 where generation_at is not null;
