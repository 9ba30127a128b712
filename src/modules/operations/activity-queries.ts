import { statement } from '../../database/statement.ts';

export interface HourRow {
  hour: Date;
  placed: number;
  cancelled: number;
  completed: number;
  placedMinor: number;
  capturedMinor: number;
  refundedMinor: number;
}

/**
 * Returns the last 24 hours of the log by UTC hour, oldest first, including the current one and hours without events.
 * Reads one day's events through the block ranges of their time, regardless of the number before them. An order that an
 * admin sets back to PENDING is not counted again as placed. Money is counted in the given currency.
 */
export const findHours = statement<[currency: string], HourRow>(
  'operations.find_hours',
  `select hours.hour,
          coalesce(told.placed, 0) as placed,
          coalesce(told.cancelled, 0) as cancelled,
          coalesce(told.completed, 0) as completed,
          coalesce(told.placed_minor, 0) as "placedMinor",
          coalesce(told.captured_minor, 0) as "capturedMinor",
          coalesce(told.refunded_minor, 0) as "refundedMinor"
     from generate_series(date_trunc('hour', now(), 'UTC') - interval '23 hours',
                          date_trunc('hour', now(), 'UTC'),
                          interval '1 hour') as hours (hour)
     left join (select date_trunc('hour', at, 'UTC') as hour,
                       count(*) filter (where is_placed) as placed,
                       count(*) filter (where type = 'order.cancelled') as cancelled,
                       count(*) filter (where type = 'order.completed') as completed,
                       (sum((data -> 'total' ->> 'amount')::bigint) filter (where is_placed))::bigint
                         as placed_minor,
                       (sum((data -> 'amount' ->> 'amount')::bigint)
                         filter (where type = 'payment.captured'
                                   and data -> 'amount' ->> 'currency' = $1::text))::bigint
                         as captured_minor,
                       (sum((data -> 'amount' ->> 'amount')::bigint)
                         filter (where type = 'refund.succeeded'
                                   and data -> 'amount' ->> 'currency' = $1::text))::bigint
                         as refunded_minor
                  from (select at, type, data,
                               type = 'order.placed' and coalesce(from_status, 'QUEUED') = 'QUEUED'
                                 as is_placed
                          from events
                         where at >= date_trunc('hour', now(), 'UTC') - interval '23 hours'
                           and type in ('order.placed', 'order.cancelled', 'order.completed',
                                        'payment.captured', 'refund.succeeded')) as facts
                 group by 1) as told using (hour)
    order by hours.hour`,
);
