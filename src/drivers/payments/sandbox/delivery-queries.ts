import { statement } from '../../../database/statement.ts';

export interface DeliveryRow {
  id: number;
  eventId: string;
  body: string;
  /** Includes the one that starts now. */
  attempts: number;
}

/**
 * Stores webhooks; `rows` is a JSON array of `{event_id, body, copies, delay_ms}`. Those with `is_taken` are claimed by
 * this server for `leaseMs`: if it dies, they become due again.
 */
export const insertDeliveries = statement<[rows: string, leaseMs: number], DeliveryRow>(
  'sandbox.insert_deliveries',
  `insert into sandbox.deliveries (event_id, body, attempts, next_attempt_at)
   select event_id, body, case when is_taken then 1 else 0 end,
          now() + case when is_taken then $2::double precision else delay_ms end * interval '1 millisecond'
     from jsonb_to_recordset($1::jsonb) as new_delivery
       (event_id text, body text, copies integer, delay_ms double precision, is_taken boolean)
    cross join lateral generate_series(1, copies)
   returning id, event_id as "eventId", body, attempts`,
);

/** Claims due deliveries for `leaseMs`, during which other servers skip them. */
export const claimDueDeliveries = statement<[limit: number, leaseMs: number], DeliveryRow>(
  'sandbox.claim_due_deliveries',
  `update sandbox.deliveries as delivery
      set attempts = delivery.attempts + 1,
          next_attempt_at = now() + $2::double precision * interval '1 millisecond'
     from (
       select id
         from sandbox.deliveries
        where next_attempt_at <= now()
        order by next_attempt_at, id
        limit $1::int
          for update skip locked) as due
    where delivery.id = due.id
   returning delivery.id, delivery.event_id as "eventId", delivery.body, delivery.attempts`,
);

/** Claims the copies of one event, due or not, unless they have been attempted before. */
export const claimEventDeliveries = statement<[eventId: string, leaseMs: number], DeliveryRow>(
  'sandbox.claim_event_deliveries',
  `update sandbox.deliveries as delivery
      set attempts = delivery.attempts + 1,
          next_attempt_at = now() + $2::double precision * interval '1 millisecond'
     from (
       select id
         from sandbox.deliveries
        where event_id = $1::text
          and attempts = 0
        order by id
          for update skip locked) as fresh
    where delivery.id = fresh.id
   returning delivery.id, delivery.event_id as "eventId", delivery.body, delivery.attempts`,
);

export const markDelivered = statement<[ids: readonly number[]], never>(
  'sandbox.mark_delivered',
  `update sandbox.deliveries
      set delivered_at = now(),
          next_attempt_at = null,
          last_error = null
    where id = any($1::bigint[])`,
);

/** A `waitMs` of null means no further attempt. */
export const markFailed = statement<[id: number, error: string, waitMs: number | null], never>(
  'sandbox.mark_failed',
  `update sandbox.deliveries
      set last_error = $2::text,
          next_attempt_at = now() + $3::double precision * interval '1 millisecond'
    where id = $1::bigint
      and delivered_at is null`,
);

/** Deletes, among the oldest, deliveries that have ended and are 30 days old. */
export const purgeDeliveries = statement<[limit: number], { id: number }>(
  'sandbox.purge_deliveries',
  `delete from sandbox.deliveries
    where id in (
      select id
        from (select id, next_attempt_at, created_at
                from sandbox.deliveries
               order by id
               limit $1::int) as oldest
       where next_attempt_at is null
         and created_at <= now() - interval '30 days')
   returning id`,
);
