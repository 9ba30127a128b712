-- The clientToken of a guest belongs to their e-mail address, not to the order's own customer.

-- Under whose name the key of an order's clientToken is, as `findTokenOwner` in orders/placement. Addresses are in
-- hexadecimal, because lengths of Unicode text are counted in other units there.
create function find_token_owner(is_guest boolean, customer_id uuid, email_key text, network text) returns text
language sql immutable
return case
  when not is_guest then customer_id::text
  when network is not null then 'guest ' || encode(convert_to(email_key, 'UTF8'), 'hex')
  else 'guest of staff ' || encode(convert_to(coalesce(email_key, ''), 'UTF8'), 'hex')
end;

-- As in 0023, except for the owner.
create or replace function check_client_tokens(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select orders.id,
         orders.id::text,
         'its clientToken stands for no order, or for another one' as detail
    from orders
    join users on users.id = orders.customer_id
   cross join lateral find_token_owner(
           users.guest, orders.customer_id, orders.guest_email_key, orders.guest_network) as owner
    left join order_keys as keys
      on keys.scope_hash = encode(
           substring(
             sha256(convert_to(
               format('12:client-token%s:%s%s:%s',
                      length(owner), owner, length(orders.client_token), orders.client_token),
               'UTF8'))
             from 1 for 16),
           'hex')::uuid
    left join order_responses as responses
      on responses.id = keys.responses_id
     and responses.expires_at = 'infinity'
   where orders.client_token is not null
     and (check_client_tokens.order_ids is null or orders.id = any(check_client_tokens.order_ids))
     and responses.order_ids[array_position(responses.scope_hashes, keys.scope_hash)] is distinct from orders.id
  union all
  select min(orders.id::text)::uuid,
         min(orders.id::text),
         format('customer %s has %s orders under one clientToken', orders.customer_id, count(*))
    from orders
   where orders.client_token is not null
     and (order_ids is null
          or (orders.customer_id, orders.client_token) in (
               select chosen.customer_id, chosen.client_token
                 from orders as chosen
                where chosen.id = any(order_ids)))
   group by orders.customer_id, orders.client_token
  having count(*) > 1;
end;
