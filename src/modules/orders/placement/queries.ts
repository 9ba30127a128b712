import { statement } from '../../../database/statement.ts';
import type { UnpaidOrders } from './buyer.ts';

/** The units of stock of an order's lines. The planner looks them up order by order, so an order that is paid costs nothing. */
const heldUnits = `(
            select coalesce(sum(lines.quantity * (1 + coalesce((
                     select sum((modifier ->> 'quantity')::int)
                       from jsonb_array_elements(lines.modifiers) as modifier
                      where modifier ->> 'productId' is not null), 0))), 0)
              from order_lines as lines
             where lines.order_id = orders.id)`;

/** Open unpaid orders, the units of stock of their lines, and their value. */
const unpaidColumns = `count(*)::int as orders, sum(${heldUnits})::int as units,
          sum(total_minor)::bigint as "valueMinor"`;

/** Counts open unpaid orders by customer. Exact for customers whose rows are locked. */
export const countPending = statement<
  [customerIds: readonly string[]],
  UnpaidOrders & { customerId: string }
>(
  'orders.count_pending',
  `select customer_id as "customerId", ${unpaidColumns}
     from orders
    where customer_id = any($1::uuid[])
      and status in ('QUEUED', 'PENDING')
    group by customer_id`,
  { isShort: true },
);

/**
 * Counts open unpaid orders by the e-mail address of their guests, by the network of their guests, and by the network of
 * customers with an account. Exact for addresses and networks that are locked.
 */
export const countPendingElsewhere = statement<
  [emailKeys: readonly string[], networks: readonly string[]],
  UnpaidOrders & { counted: 'email' | 'network' | 'accounts'; name: string }
>(
  'orders.count_guest_pending',
  `select 'email' as counted, guest_email_key as name, ${unpaidColumns}
     from orders
    where guest_email_key = any($1::text[])
      and status in ('QUEUED', 'PENDING')
    group by guest_email_key
    union all
   select 'network', guest_network, ${unpaidColumns}
     from orders
    where guest_network = any($2::text[])
      and status in ('QUEUED', 'PENDING')
    group by guest_network
    union all
   select 'accounts', buyer_network, ${unpaidColumns}
     from orders
    where buyer_network = any($2::text[])
      and status in ('QUEUED', 'PENDING')
    group by buyer_network`,
  { isShort: true },
);

/**
 * Reserves order numbers that no other transaction gets, and returns them in one row, separated by spaces. An imported
 * order may still have one of them.
 */
export const reserveNumbers = statement<[count: number], { numbers: string }>(
  'orders.take_numbers',
  `select string_agg(nextval('order_numbers')::text, ' ') as numbers
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

/** Finds which of these customers have an order that was placed and neither cancelled nor refused. */
export const findReturningCustomers = statement<
  [customerIds: readonly string[]],
  { customerId: string }
>(
  'orders.find_returning_customers',
  `select wanted.id as "customerId"
     from unnest($1::uuid[]) as wanted (id)
    where exists (
      select
        from orders
       where customer_id = wanted.id
         and status not in ('QUEUED', 'CANCELLED', 'FAILED'))`,
);

/** Reads the time at which this transaction places, and the version of the price list. */
export const readPlacementTime = statement<[], { createdAt: Date; priceVersion: number }>(
  'orders.placement_time',
  `select now()::timestamptz(3) as "createdAt",
          (select version from price_versions) as "priceVersion"`,
);

export interface UsedKeyRow {
  scopeHash: string;
  requestHash: string;
  orderId: string;
  /** The responses of a batch, compressed. */
  responses: Buffer;
  /** The number of the dictionary that they were compressed with. */
  dictionary: number;
  /** The index of this key's response. */
  place: number;
  isExpired: boolean;
}

/**
 * Finds the keys that were used before. The row lock is also a write: with a synchronous standby, a replayed response
 * must wait for the standby like the first response. `offset 0` lets the planner find the responses only by their id,
 * however small the tables were when it made the plan.
 */
export const findUsedKeys = statement<[scopeHashes: readonly string[]], UsedKeyRow>(
  'orders.find_used_keys',
  `select replace(keys.scope_hash::text, '-', '') as "scopeHash",
          replace(stored.request_hashes[found.place]::text, '-', '') as "requestHash",
          stored.order_ids[found.place] as "orderId",
          stored.responses, stored.dictionary, found.place - 1 as place, stored.expires_at <= now() as "isExpired"
     from order_keys as keys
    cross join lateral (
      select *
        from order_responses
       where id = keys.responses_id
      offset 0) as stored
    cross join lateral array_position(stored.scope_hashes, keys.scope_hash) as found (place)
    where keys.scope_hash = any($1::uuid[])
      for no key update of keys`,
);

/**
 * Stores the compressed responses of a batch and the keys that they belong to. Permanent keys are those of
 * clientTokens. Fails if another server used a key meanwhile.
 */
export const storeKeys = statement<
  [
    scopeHashes: readonly string[],
    requestHashes: readonly string[],
    orderIds: readonly string[],
    responses: Buffer,
    dictionary: number,
    arePermanent: boolean,
  ],
  never
>(
  'orders.store_keys',
  `with stored as (
     insert into order_responses (scope_hashes, request_hashes, order_ids, responses, dictionary, expires_at)
     values ($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea, $5::smallint,
             case when $6::boolean then timestamptz 'infinity' else now() + interval '24 hours' end)
     returning id)
   insert into order_keys (scope_hash, responses_id)
   select scope_hash, stored.id
     from stored
    cross join unnest($1::uuid[]) as scope_hash`,
);

/** Deletes keys that have expired but were not purged yet. */
export const releaseKeys = statement<[scopeHashes: readonly string[]], never>(
  'orders.release_keys',
  `delete from order_keys
    where scope_hash = any($1::uuid[])`,
);

/** Removes one slice of the expired responses, with their keys. A key that was used again belongs to newer responses. */
export const purgeKeys = statement<[limit: number], { id: number }>(
  'orders.purge_keys',
  `with purged as (
     delete from order_responses
      where id in (
        select id
          from order_responses
         where expires_at <= now()
           and expires_at < 'infinity'
         order by expires_at
         limit $1::int)
     returning id, scope_hashes),
   released as (
     delete from order_keys
      using purged
      where order_keys.scope_hash = any(purged.scope_hashes)
        and order_keys.responses_id = purged.id)
   select id from purged`,
);
