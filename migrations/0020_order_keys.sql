-- A server of the version before may still run: a key that it stored after the copy below would be deleted uncopied.
lock table idempotency_keys in access exclusive mode;

-- The keys of placements: an Idempotency-Key for 24 hours, a clientToken for as long as its order. The responses of a batch
-- are compressed together, so a key with its response takes about 230 bytes; with its own copy of the response it took 990.
create table order_keys (
  -- The first 128 bits of the SHA-256 of what the key belongs to.
  scope_hash   uuid   not null,
  responses_id bigint not null,
  constraint order_keys_scope_hash_pkey primary key (scope_hash)
);

-- The arrays name, in the order of the responses: the key, the request that it was used for, and the order that was placed.
create table order_responses (
  id             bigint      generated always as identity,
  scope_hashes   uuid[]      not null,
  request_hashes uuid[]      not null,
  order_ids      uuid[]      not null,
  -- JSON texts, one per line, as a raw deflate stream with the dictionary of the program.
  responses      bytea       not null,
  -- 'infinity' for clientTokens.
  expires_at     timestamptz not null,
  constraint order_responses_id_pkey primary key (id),
  constraint order_responses_lengths_check check (
    cardinality(scope_hashes) > 0
    and cardinality(request_hashes) = cardinality(scope_hashes)
    and cardinality(order_ids) = cardinality(scope_hashes))
);

-- Existing responses are kept as they are: stored blocks of a deflate stream (RFC 1951, section 3.2.4) of at most 65,535
-- bytes, of which the last one is marked. Each starts with its length and the complement of it, least significant byte
-- first.
insert into order_responses (scope_hashes, request_hashes, order_ids, responses, expires_at)
select array[encode(substring(scope_hash from 1 for 16), 'hex')::uuid],
       array[encode(substring(request_hash from 1 for 16), 'hex')::uuid],
       array[effect_id],
       blocks.stream,
       expires_at
  from idempotency_keys as keys
 cross join lateral convert_to(keys.result, 'UTF8') as bytes
 cross join lateral (
   select string_agg(
            set_byte('\x00'::bytea, 0, case when start + 65535 > length(bytes) then 1 else 0 end)
            || substring(int2send((size & 255)::smallint) from 2) || substring(int2send((size >> 8)::smallint) from 2)
            || substring(int2send((255 - (size & 255))::smallint) from 2)
            || substring(int2send((255 - (size >> 8))::smallint) from 2)
            || substring(bytes from start for size),
            ''::bytea order by start) as stream
     from generate_series(1, length(bytes), 65535) as start
    cross join lateral least(65535, length(bytes) - start + 1) as size) as blocks
 where keys.effect_id is not null
   and keys.result is not null;

insert into order_keys (scope_hash, responses_id)
select scope_hashes[1], id
  from order_responses;

create index order_responses_expires_at_idx on order_responses (expires_at) where expires_at < 'infinity';

-- A row stays in its page: outside, it would cost a second look-up and waste the rest of the page.
alter table order_responses set (toast_tuple_target = 8160);

create or replace view inv_idempotency_effects as
select encode(scope_hash, 'hex') as id,
       format('the key of %s has no stored reply', operation) as detail
  from idempotency_keys
 where result is null;
comment on view inv_idempotency_effects is 'Every key has the reply to its request.';

create view inv_order_keys as
select keys.scope_hash::text as id,
       'the key has no stored response' as detail
  from order_keys as keys
  left join order_responses as responses on responses.id = keys.responses_id
 where array_position(responses.scope_hashes, keys.scope_hash) is null
union all
select stored.scope_hash::text,
       case
         when orders.id is null then format('the key belongs to the order %s, which does not exist', stored.order_id)
         else format('the key of order %s is lost', stored.order_id)
       end
  from (select id, unnest(scope_hashes) as scope_hash, unnest(order_ids) as order_id
          from order_responses
         where expires_at > now()) as stored
  left join orders on orders.id = stored.order_id
  left join order_keys as keys
    on keys.scope_hash = stored.scope_hash
   and keys.responses_id = stored.id
 where orders.id is null
    or keys.scope_hash is null;
comment on view inv_order_keys is 'A key of a placement has a stored response, and its order exists.';

-- The key is looked for under the hash that a repeated request has.
create or replace view inv_client_tokens as
select orders.id::text as id,
       'its clientToken stands for no order, or for another one' as detail
  from orders
  left join order_keys as keys
    on keys.scope_hash = encode(
         substring(
           sha256(convert_to(
             format('12:client-token36:%s%s:%s', orders.customer_id, length(orders.client_token), orders.client_token),
             'UTF8'))
           from 1 for 16),
         'hex')::uuid
  left join order_responses as responses
    on responses.id = keys.responses_id
   and responses.expires_at = 'infinity'
 where orders.client_token is not null
   and responses.order_ids[array_position(responses.scope_hashes, keys.scope_hash)] is distinct from orders.id
union all
select min(id::text),
       format('customer %s has %s orders under one clientToken', customer_id, count(*))
  from orders
 where client_token is not null
 group by customer_id, client_token
having count(*) > 1;

delete from idempotency_keys where effect_id is not null;
alter table idempotency_keys
  drop column effect_id,
  drop column replayed_at;

-- A block range keeps the oldest time that it ever contained, even after its rows were deleted and others took their place:
-- from the second day on, each purge read the whole table.
drop index idempotency_keys_expires_at_idx;
create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);
