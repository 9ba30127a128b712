import { statement } from '../database/statement.ts';

/**
 * The first and the last position of the events of a time; null when there are none. Counted too, so that the planner reads
 * by the time and not along the log from its beginning.
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

/** A slice of the events of a time. The moments are asked for again: positions come in the order of time only nearly. */
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
