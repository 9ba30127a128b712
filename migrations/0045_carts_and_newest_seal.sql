-- What still stayed although its time was over, and what went without being noticed.

-- What is said of the refunds of an order is not kept after the order was forgotten: neither why somebody refunds, nor why the
-- provider refuses. The log has it under the key of the customer, which is destroyed.
create function forget_refund_words() returns trigger
language plpgsql as $$
begin
  if exists (select from public.orders where id = new.order_id and forgotten_at is not null) then
    new.last_error := null;
    new.reason := case when public.is_fixed_reason(new.reason) then new.reason else '' end;
  end if;
  return new;
end
$$;

create trigger payment_refunds_forget_words
  before insert or update on payment_refunds
  for each row
  when (new.last_error is not null or new.reason <> '')
  execute function forget_refund_words();

update payment_refunds
   set reason = case when is_fixed_reason(reason) then reason else '' end,
       last_error = null
  from orders
 where orders.id = payment_refunds.order_id
   and orders.forgotten_at is not null
   and (last_error is not null or (reason <> '' and not is_fixed_reason(reason)));

-- When a cart was last changed, so that it is emptied some time after that. Those that exist count from now.
alter table carts add column changed_at timestamptz(3) not null default now();

-- A cart that has not been changed since carts have versions.
insert into carts (customer_id, version)
select distinct customer_id, 2
  from cart_items
on conflict (customer_id) do nothing;
