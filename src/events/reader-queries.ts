import { statement } from '../database/statement.ts';
import type { LoggedEvent } from './logged-event.ts';

const columns = `position, id, type, order_id as "orderId", sequence, from_status as "from", to_status as "to",
          coalesce(replace(trace_id::text, '-', ''), cause ->> 'traceId') as "traceId",
          cause ->> 'spanId' as "spanId", data::text as "dataText",
          (extract(epoch from at) * 1000)::double precision as "atMs"`;

export const readEvents = statement<[after: number, limit: number], LoggedEvent>(
  'events.read',
  `select ${columns}
     from events
    where position > $1::bigint
    order by position
    limit $2::int`,
);

/** Returns the events in a range of positions. Null selects all types. The caller passes only settled ranges. */
export const readRange = statement<
  [after: number, upTo: number, types: readonly string[] | null],
  LoggedEvent
>(
  'events.read_stretch',
  `select ${columns}
     from events
    where position > $1::bigint
      and position <= $2::bigint
      and ($3::text[] is null or type = any($3::text[]))
    order by position`,
);

/** The same for one order, which has few events. */
export const readOrderRange = statement<
  [orderId: string, after: number, upTo: number, types: readonly string[] | null],
  LoggedEvent
>(
  'events.read_order_stretch',
  `select ${columns}
     from events
    where order_id = $1::uuid
      and position > $2::bigint
      and position <= $3::bigint
      and ($4::text[] is null or type = any($4::text[]))
    order by position`,
);

/**
 * Returns the transactions that may have a position of a table that is not visible yet: an insert locks the table before it
 * takes a position and keeps the lock until its rows are visible. Excludes transactions that only read or write elsewhere.
 */
export const findWriters = statement<[table: string], { writer: string }>(
  'events.find_writers',
  `select virtualtransaction as writer
     from pg_locks
    where locktype = 'relation'
      and database = (select oid from pg_database where datname = current_database())
      and relation = $1::text::regclass
      and mode = 'RowExclusiveLock'
      and granted`,
);

/** Returns the last visible position, 0 in an empty log. */
export const findEnd = statement<[], { position: number }>(
  'events.find_end',
  `select coalesce(max(position), 0) as position
     from events`,
);

/** Returns the visible positions after a position, up to a limit. */
export const findVisible = statement<[after: number, limit: number], { position: number }>(
  'events.find_visible',
  `select position
     from events
    where position > $1::bigint
    order by position
    limit $2::int`,
);

/**
 * Takes a reader's lease if it is free, and then returns a row. The database's clock decides, and the fencing number
 * increases with each holder.
 */
export const takeLease = statement<
  [name: string, holder: string, leaseSeconds: number],
  { position: number; fencing: number }
>(
  'events.take_lease',
  `insert into log_readers as reader (name, holder, fencing, held_since, leased_until)
   select $1::text, $2::uuid, 1, clock_timestamp(),
          clock_timestamp() + make_interval(secs => $3::double precision)
    where not exists (
            select
              from log_readers
             where name = $1::text
               and leased_until > clock_timestamp())
   on conflict (name) do update
     set holder = excluded.holder,
         fencing = reader.fencing + 1,
         held_since = excluded.held_since,
         leased_until = excluded.leased_until
     where reader.leased_until is null
        or reader.leased_until <= clock_timestamp()
   returning position, fencing`,
);

/** Returns no row if another holder has taken the lease. */
export const renewLease = statement<
  [name: string, fencing: number, leaseSeconds: number],
  { position: number }
>(
  'events.renew_lease',
  `update log_readers
      set leased_until = clock_timestamp() + make_interval(secs => $3::double precision)
    where name = $1::text
      and fencing = $2::bigint
   returning position`,
);

/** Returns no row if another holder has taken the lease, or if the cursor is not at `from` any more. */
export const moveCursor = statement<
  [name: string, fencing: number, from: number, to: number],
  { name: string }
>(
  'events.move_cursor',
  `update log_readers
      set position = $4::bigint,
          moved_at = clock_timestamp()
    where name = $1::text
      and fencing = $2::bigint
      and position = $3::bigint
   returning name`,
);

/** Returns no row if another holder has taken the lease. */
export const findCursor = statement<[name: string, fencing: number], { position: number }>(
  'events.find_cursor',
  `select position
     from log_readers
    where name = $1::text
      and fencing = $2::bigint`,
);

export const releaseLease = statement<[name: string, fencing: number], never>(
  'events.release_lease',
  `update log_readers
      set holder = null,
          held_since = null,
          leased_until = null
    where name = $1::text
      and fencing = $2::bigint`,
);

/** Returns the age of the oldest event that a reader has not processed, or no row if there is none. */
export const findLag = statement<[name: string], { seconds: number }>(
  'events.find_lag',
  `select greatest(extract(epoch from clock_timestamp() - at), 0)::double precision as seconds
     from events
    where position > coalesce((select position from log_readers where name = $1::text), 0)
    order by position
    limit 1`,
);
