import { type Statement, statement } from '../../database/statement.ts';

/** What the rows of an invariant are found by, when only some of them are checked. */
export type ScopeName =
  | 'order'
  | 'product'
  | 'movement'
  | 'discount'
  | 'slot'
  | 'payment'
  | 'capture'
  | 'providerEvent'
  | 'mail'
  | 'session'
  | 'user'
  | 'key'
  | 'orderKey'
  | 'orderResponses';

interface Slice {
  ids: string[];
  /** The id after which the next slice continues, or null at the end. */
  last: string | null;
}

export interface Scope {
  readonly table: string;
  readonly idType: 'uuid' | 'bytea' | 'bigint' | 'timestamptz';
  /** Returns the ids that events after a position of the log concern. */
  readonly changedAfter?: Statement<[position: number], { id: string }>;
  /** Returns the ids of rows that are new or changed since a time. */
  readonly changedSince?: Statement<[since: string], { id: string }>;
  /** Returns the ids after `after`, in order, at most `limit` and what belongs between them. */
  readonly slice: Statement<[after: string, limit: number], Slice>;
}

/** The id before the first one. */
export const BEFORE_ALL = {
  uuid: '00000000-0000-0000-0000-000000000000',
  bytea: '\\x',
  bigint: '0',
  timestamptz: '-infinity',
} as const;

/** Builds the slices of a table by its primary key. Names are constants here, never input. */
function slice(table: string, column = 'id', idType: Scope['idType'] = 'uuid') {
  return statement<[after: string, limit: number], Slice>(
    `operations.slice_${table}`,
    `with slice as materialized (
       select ${column} as id
         from ${table}
        where ${column} > $1::${idType}
        order by ${column}
        limit $2::int)
     select coalesce(array_agg(id::text), '{}') as ids,
            case when count(*) = $2::int then (array_agg(id order by id desc))[1]::text end as last
       from slice`,
  );
}

/** The ids of these tables begin with the time at which the row was made. */
function newRows(table: string) {
  return statement<[since: string], { id: string }>(
    `operations.new_${table}`,
    `select id
       from ${table}
      where id >= first_id_at($1::timestamptz)`,
  );
}

/** With the orders that do not exist, but of which there are events, movements, bills, uses of discounts or places. */
const sliceOrders = statement<[after: string, limit: number], Slice>(
  'operations.slice_orders',
  `with slice as materialized (
     select id
       from orders
      where id > $1::uuid
      order by id
      limit $2::int),
   ending as (
     select case when count(*) = $2::int then (array_agg(id order by id desc))[1] end as last
       from slice),
   limits as materialized (
     select coalesce(last, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as high from ending)
   select array(
            select id::text from slice
             union
            select order_id::text
              from events
             where order_id > $1::uuid
               and order_id <= (select high from limits)
             union
            select order_id::text
              from stock_movements
             where order_id > $1::uuid
               and order_id <= (select high from limits)
             union
            select order_id::text
              from order_bills
             where order_id > $1::uuid
               and order_id <= (select high from limits)
             union
            select order_id::text
              from discount_uses
             where order_id > $1::uuid
               and order_id <= (select high from limits)
             union
            select order_id::text
              from slot_places
             where order_id > $1::uuid
               and order_id <= (select high from limits)) as ids,
          (select last::text from ending) as last`,
);

/**
 * Builds the slices of a table whose rows count others. A slice ends where more are counted than a check should count: 25
 * for each row of a slice, 100,000 in a small shop. One row that counts more is a slice of its own.
 */
function countedSlice(table: string, column: string, idType: Scope['idType'], count: string) {
  return statement<[after: string, limit: number], Slice>(
    `operations.slice_${table}`,
    `with next as materialized (
       select id, sum(counted) over (order by id) - counted as counted_before
         from (select ${column} as id, ${count} as counted
                 from ${table}
                where ${column} > $1::${idType}
                order by ${column}
                limit $2::int) as rows),
     slice as (
       select id
         from next
        where counted_before < $2::int * 25::bigint)
     select coalesce(array_agg(id::text), '{}') as ids,
            case when count(*) = $2::int or count(*) < (select count(*) from next)
                 then (array_agg(id order by id desc))[1]::text
            end as last
       from slice`,
  );
}

/** Ends with a millisecond, so that mails of one event, whose ids begin with its time, are in one slice. */
const sliceMails = statement<[after: string, limit: number], Slice>(
  'operations.slice_mail_messages',
  `with slice as materialized (
     select id
       from mail_messages
      where id > $1::uuid
      order by id
      limit $2::int),
   ending as materialized (
     select case when count(*) = $2::int
                 then (left((array_agg(id order by id desc))[1]::text, 13) || '-ffff-ffff-ffffffffffff')::uuid
            end as last
       from slice)
   select array(
            select id::text from slice
             union
            select id::text
              from mail_messages
             where id > (select (array_agg(id order by id desc))[1] from slice)
               and id <= (select last from ending)) as ids,
          (select last::text from ending) as last`,
);

export const scopes: Readonly<Record<ScopeName, Scope>> = {
  order: {
    table: 'orders',
    idType: 'uuid',
    changedAfter: statement(
      'operations.changed_orders',
      `select distinct order_id as id
         from events
        where position > $1::bigint
          and order_id is not null`,
    ),
    slice: sliceOrders,
  },
  product: {
    table: 'products',
    idType: 'uuid',
    changedAfter: statement(
      'operations.changed_products',
      `select distinct product_id as id
         from order_lines
        where order_id = any(array(
                select order_id
                  from events
                 where position > $1::bigint
                   and order_id is not null))`,
    ),
    changedSince: statement(
      'operations.moved_products',
      `select distinct product_id as id
         from stock_movements
        where id >= first_id_at($1::timestamptz)`,
    ),
    slice: slice('products'),
  },
  movement: {
    table: 'stock_movements',
    idType: 'uuid',
    changedSince: newRows('stock_movements'),
    slice: slice('stock_movements'),
  },
  // All discounts of most shops are in every slice, so it does not matter which of them changed.
  discount: {
    table: 'discounts',
    idType: 'uuid',
    slice: countedSlice('discounts', 'id', 'uuid', 'uses'),
  },
  // Known by their beginning. An order that moved has left another one.
  slot: {
    table: 'slots',
    idType: 'timestamptz',
    changedAfter: statement(
      'operations.changed_slots',
      `select start_at::text as id
         from slot_places
        where order_id = any(array(
                select order_id
                  from events
                 where position > $1::bigint
                   and order_id is not null))
        union
       select (data ->> 'from')::timestamptz::text
         from events
        where position > $1::bigint
          and type = 'order.rescheduled'`,
    ),
    slice: countedSlice('slots', 'start_at', 'timestamptz', 'places'),
  },
  payment: {
    table: 'payments',
    idType: 'uuid',
    changedAfter: statement(
      'operations.changed_payments',
      `select id
         from payments
        where order_id = any(array(
                select order_id
                  from events
                 where position > $1::bigint
                   and order_id is not null))`,
    ),
    // Some deadlines begin with a change of the order, which the payment does not show.
    changedSince: statement(
      'operations.recent_payments',
      `select id
         from payments
        where updated_at >= $1::timestamptz
        union
       select id
         from payments
        where order_id = any(array(
                select order_id
                  from events
                 where at >= $1::timestamptz
                   and order_id is not null))`,
    ),
    slice: slice('payments'),
  },
  capture: {
    table: 'payment_captures',
    idType: 'uuid',
    changedSince: newRows('payment_captures'),
    slice: slice('payment_captures'),
  },
  providerEvent: {
    table: 'provider_events',
    idType: 'uuid',
    changedSince: newRows('provider_events'),
    slice: slice('provider_events'),
  },
  mail: {
    table: 'mail_messages',
    idType: 'uuid',
    changedSince: statement(
      'operations.sent_mails',
      `select id
         from mail_messages
        where sent_at >= $1::timestamptz`,
    ),
    slice: sliceMails,
  },
  session: {
    table: 'refresh_families',
    idType: 'uuid',
    changedSince: newRows('refresh_families'),
    slice: slice('refresh_families'),
  },
  user: {
    table: 'users',
    idType: 'uuid',
    changedSince: statement(
      'operations.changed_users',
      `select id
         from users
        where access_changed_at >= $1::timestamptz
          and not guest`,
    ),
    slice: slice('users'),
  },
  // Keys that were just stored cannot be told from others by an index; all are checked within the cycle.
  key: {
    table: 'idempotency_keys',
    idType: 'bytea',
    slice: slice('idempotency_keys', 'scope_hash', 'bytea'),
  },
  orderKey: {
    table: 'order_keys',
    idType: 'uuid',
    slice: slice('order_keys', 'scope_hash'),
  },
  orderResponses: {
    table: 'order_responses',
    idType: 'bigint',
    slice: slice('order_responses', 'id', 'bigint'),
  },
};

/** Returns the planner's estimate of the rows of tables, 0 where there is none yet. */
export const estimateRows = statement<[tables: readonly string[]], { table: string; rows: number }>(
  'operations.estimate_rows',
  `select relname as table, greatest(reltuples, 0)::double precision as rows
     from pg_class
    where relnamespace = current_schema()::regnamespace
      and relname = any($1::text[])`,
);

/** Returns the time of the snapshot. */
export const readSnapshotTime = statement<[], { now: Date }>(
  'operations.read_snapshot_time',
  'select now() as now',
);
