-- What is stored for a paid order and nothing reads again. Only the catalogue changes: what older events contain stays as
-- it is.

-- An event whose charge simply paid its order contains nothing that the charge, the payment and the log do not contain.
-- It keeps its id, and the reference of the charge for the check of charges.
alter table provider_events
  alter column payload drop not null,
  alter column cause drop not null,
  add column provider_reference text,
  add constraint provider_events_payload_check check (
    (payload is not null and cause is not null) or (status = 'APPLIED' and provider_reference is not null));

-- The functions as in 0023, and with the references of events without a payload.
create or replace function check_told_charges(event_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with told as (
    select provider_events.provider,
           coalesce(provider_events.provider_reference,
                    provider_events.payload #>> '{capture,providerReference}') as provider_reference,
           min(provider_events.id::text) as id
      from provider_events
     where (provider_events.provider_reference is not null or provider_events.payload ->> 'kind' = 'captured')
       and provider_events.status in ('APPLIED', 'IGNORED')
       and (event_ids is null or provider_events.id = any(event_ids))
     group by 1, 2)
  select told.id::uuid,
         told.id,
         format('the charge %s of %s was told and stands in no row', told.provider_reference, told.provider)
    from told
    left join (select payment_captures.id, payment_captures.provider, payment_captures.provider_reference
                 from payment_captures
                where (event_ids is null
                       or (payment_captures.provider = any(array(select distinct chosen.provider
                                                                   from provider_events as chosen
                                                                  where chosen.id = any(event_ids)))
                           and payment_captures.provider_reference = any(array(
                                 select coalesce(chosen.provider_reference,
                                                 chosen.payload #>> '{capture,providerReference}')
                                   from provider_events as chosen
                                  where chosen.id = any(event_ids)))))) as captures
      on captures.provider = told.provider
     and captures.provider_reference = told.provider_reference
   where captures.id is null;
end;

create or replace function check_untold_charges(capture_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select payment_captures.id,
         payment_captures.id::text,
         format('the charge %s of %s was told by no event', payment_captures.provider_reference, payment_captures.provider)
    from payment_captures
    left join (select distinct provider_events.provider,
                      coalesce(provider_events.provider_reference,
                               provider_events.payload #>> '{capture,providerReference}') as provider_reference
                 from provider_events
                where provider_events.provider_reference is not null
                   or provider_events.payload ->> 'kind' = 'captured') as told
      on told.provider = payment_captures.provider
     and told.provider_reference = payment_captures.provider_reference
   where (capture_ids is null or payment_captures.id = any(capture_ids))
     and told.provider is null;
end;

create or replace function screen_untold_charges(capture_ids uuid[])
returns table (subject uuid)
language sql stable
begin atomic
  select payment_captures.id
    from payment_captures
    left join (select distinct provider_events.provider,
                      coalesce(provider_events.provider_reference,
                               provider_events.payload #>> '{capture,providerReference}') as provider_reference
                 from provider_events
                where (provider_events.provider_reference is not null
                       or provider_events.payload ->> 'kind' = 'captured')
                  and provider_events.id between
                        (select first_id_at(min(payment_captures.created_at) - interval '1 hour')
                           from payment_captures
                          where payment_captures.id = any(capture_ids))
                    and (select first_id_at(max(payment_captures.created_at) + interval '1 hour')
                           from payment_captures
                          where payment_captures.id = any(capture_ids))) as told
      on told.provider = payment_captures.provider
     and told.provider_reference = payment_captures.provider_reference
   where payment_captures.id = any(capture_ids)
     and told.provider is null;
end;
