-- Orders that were accepted and wait for a worker to place them: each stands here for as long as it is QUEUED. Beside
-- the orders, so that the line is short and the order of arrival is a number.
create table queued_orders (
  order_id              uuid    not null,
  arrival               bigint  generated always as identity,
  -- As in the order: the customer's at acceptance.
  vip                   boolean not null,
  -- What the client stated and will not have otherwise; null where he stated nothing.
  expected_total_minor  bigint,
  -- An array by line, with null where none was stated.
  expected_prices_minor jsonb,
  -- Of the request, for the events of the placement.
  cause                 jsonb   not null,
  -- When it could not be placed nor refused, alone: the others pass it by, and its job tries it by itself.
  set_aside_at          timestamptz(3),
  constraint queued_orders_order_id_pkey primary key (order_id),
  constraint queued_orders_order_id_fkey foreign key (order_id) references orders (id)
);

create index queued_orders_vip_arrival_idx on queued_orders (vip, arrival) where set_aside_at is null;

create view inv_order_queue as
select coalesce(orders.id, queued_orders.order_id)::text as id,
       format('the order is %s and %s', coalesce(orders.status, 'not QUEUED'),
              case when queued_orders.order_id is null then 'not in the queue' else 'in the queue' end) as detail
  from (select id, status from orders where status = 'QUEUED') as orders
  full join queued_orders on queued_orders.order_id = orders.id
 where orders.id is null
    or queued_orders.order_id is null;
comment on view inv_order_queue is 'An order stands in the queue exactly as long as it is QUEUED.';

-- Once the relay is past its event. A dead job is one that an operator sees.
create view inv_order_queue_jobs as
select queued_orders.order_id::text as id,
       'it waits, and no job will have it placed' as detail
  from queued_orders
  join events
    on events.order_id = queued_orders.order_id
   and events.type = 'order.queued'
  join log_readers
    on log_readers.name = 'relay'
   and log_readers.position >= events.position
 where not exists (
   select
     from jobs
    where jobs.event_id = events.id
      and jobs.name = 'orders.place-queued'
      and jobs.state <> 'done');
comment on view inv_order_queue_jobs is 'Every order in the queue has a job that places it, or a dead one.';
