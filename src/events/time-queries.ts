import { statement } from '../database/statement.ts';

/**
 * Returns the first and the last position of the events of a period, or null if there are none. It also counts them, so
 * that the planner uses the index on the time instead of scanning the log from its start.
 */
export const findPositions = statement<
  [from: string, to: string],
  { first: number | null; last: number | null; count: number }
>(
  'events.find_positions',
  `select min(position) as first, max(position) as last, count(*)::int as count
     from events
    where at >= $1::timestamptz
      and at < $2::timestamptz`,
);

export interface SlicedEventRow {
  position: number;
  id: string;
  type: string;
  orderId: string | null;
}

/** Returns a slice of the events of a period. Times are checked again, because positions only roughly follow them. */
export const readTimeSlice = statement<
  [after: number, last: number, types: readonly string[], from: string, to: string, limit: number],
  SlicedEventRow
>(
  'events.read_time_slice',
  `select position, id, type, order_id as "orderId"
     from events
    where position > $1::bigint
      and position <= $2::bigint
      and type = any($3::text[])
      and at >= $4::timestamptz
      and at < $5::timestamptz
    order by position
    limit $6::int`,
);
