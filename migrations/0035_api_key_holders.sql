-- Keys have a holder, the admin whose access they need, and end within a year unless somebody decided otherwise.

alter table api_keys add column held_by uuid;

update api_keys set held_by = created_by;

alter table api_keys
  alter column held_by set not null,
  add constraint api_keys_held_by_fkey foreign key (held_by) references users (id);

-- What a user holds is looked up when they lose access.
create index api_keys_held_by_idx on api_keys (held_by) where revoked_at is null;

-- Null means that a key never ends, which has to be asked for from now on.
do $$
declare
  changed bigint;
begin
  update api_keys
     set expires_at = now() + interval '1 year'
   where expires_at is null
     and revoked_at is null;
  get diagnostics changed = row_count;
  if changed > 0 then
    raise warning 'API keys without an expiry now end in a year: %. GET /api/api-keys lists them.', changed;
  end if;
end;
$$;
