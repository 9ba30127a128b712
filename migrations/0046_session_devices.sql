-- The browser that has a session in its cookies, by the hash of its device, so that no cookie from elsewhere counts there.
alter table refresh_families
  -- Null: no browser has refreshed it so far, or it is over.
  add column device_hash bytea,
  add constraint refresh_families_device_hash_check check (octet_length(device_hash) = 32);

-- Of a session that is over, only its times are kept, by which a refresh token that is used again is recognized.
create or replace function forget_session_origin() returns trigger
language plpgsql as $$
begin
  new.address := null;
  new.user_agent := null;
  new.device_hash := null;
  return new;
end
$$;
