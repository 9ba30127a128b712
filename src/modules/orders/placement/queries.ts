import { statement } from '../../../database/statement.ts';

/** Counts open unpaid orders by customer. Exact for customers whose rows are locked. */
export const countPending = statement<
  [customerIds: readonly string[]],
  { customerId: string; count: number }
>(
  'orders.count_pending',
  `select customer_id as "customerId", count(*)::int as count
     from orders
    where customer_id = any($1::uuid[])
      and status in ('QUEUED', 'PENDING')
    group by customer_id`,
);

/** Reserves order numbers that no other transaction gets. An imported order may still have one of them. */
export const reserveNumbers = statement<[count: number], { number: string }>(
  'orders.take_numbers',
  `select nextval('order_numbers')::text as number
     from generate_series(1, $1::int)`,
);

/** Does the same, without numbers that an imported order has. */
export const reserveFreeNumbers = statement<[count: number], { number: string }>(
  'orders.take_free_numbers',
  `with taken as materialized (
     select nextval('order_numbers')::text as number
       from generate_series(1, $1::int))
   select taken.number
     from taken
    where not exists (select from orders where orders.number = taken.number)`,
);

/**
 * Advances the sequence to the first number that no order has, or past a hundred thousand used ones. Numbers that
 * another server takes meanwhile may occur twice, and are then looked up like those of imported orders.
 */
export const skipUsedNumbers = statement<[], never>(
  'orders.pass_taken_numbers',
  `with free as materialized (
     select candidate.number
       from (select generate_series(last_value + 1, last_value + 100000) as number
               from order_numbers) as candidate
      where (select true from orders where orders.number = candidate.number::text limit 1) is null
      limit 1)
   select setval('order_numbers', passed.number)
     from (select coalesce((select number - 1 from free), last_value + 100000) as number
             from order_numbers) as passed
     join order_numbers on order_numbers.last_value < passed.number`,
);

/** Reads the time at which this transaction places, and the payment deadline that follows from it. */
export const readPlacementTime = statement<
  [expiryMinutes: number],
  { createdAt: Date; expiresAt: Date }
>(
  'orders.placement_time',
  `select now()::timestamptz(3) as "createdAt",
          (now() + $1::double precision * interval '1 minute')::timestamptz(3) as "expiresAt"`,
);
