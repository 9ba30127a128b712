-- What needs a recent proof of who somebody is, and what API keys, which cannot prove anything, may refund within an hour.

-- `step_up`: a user who has signed in proves again who they are. It signs nobody in.
alter table factor_challenges
  drop constraint factor_challenges_kind_check,
  add constraint factor_challenges_kind_check check (kind in ('sign_in', 'step_up', 'passkey', 'registration')),
  drop constraint factor_challenges_nonce_check,
  add constraint factor_challenges_nonce_check check (
    case when nonce is null then kind in ('sign_in', 'step_up') else octet_length(nonce) = 32 end);

alter table api_keys
  -- In minor units. Null: no limit.
  add column refund_max_minor bigint,
  add constraint api_keys_refund_max_minor_check check (refund_max_minor > 0),
  add constraint api_keys_refund_max_with_scope_check
    check (refund_max_minor is null or 'payments:refund' = any (scopes));

do $$
declare
  unlimited bigint;
begin
  select count(*)
    into unlimited
    from api_keys
   where 'payments:refund' = any (scopes)
     and revoked_at is null;
  if unlimited > 0 then
    raise warning 'API keys that refund without a limit: %. GET /api/api-keys lists them: replace them by keys with refundMax.', unlimited;
  end if;
end;
$$;

alter table payment_refunds
  -- The user or the API key that asked for it; null: the system or the provider, or more than an hour before this column.
  add column actor_id uuid;

alter table payment_refunds disable trigger payment_refunds_fixed;

update payment_refunds
   set actor_id = events.actor_id
  from events
 where events.type = 'refund.created'
   and events.actor_type in ('user', 'api_key')
   and events.at > now() - interval '2 hours'
   and payment_refunds.created_at > now() - interval '1 hour'
   and payment_refunds.id = (events.data ->> 'refundId')::uuid;

alter table payment_refunds enable trigger payment_refunds_fixed;

create index payment_refunds_actor_id_created_at_idx on payment_refunds (actor_id, created_at)
 where actor_id is not null;
