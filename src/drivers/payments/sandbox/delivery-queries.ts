import { statement } from '../../../database/statement.ts';

export interface DeliveryRow {
  id: number;
  eventId: string;
  body: string;
  /** Includes the one that starts now. */
  attempts: number;
}

const insert = `
   insert into sandbox.deliveries (event_id, body, attempts, next_attempt_at)
   select event_id, body, case when is_taken then 1 else 0 end,
          now() + case when is_taken then $2::double precision else delay_ms end * interval '1 millisecond'
     from jsonb_to_recordset($1::jsonb) as new_delivery
       (event_id text, body text, copies integer, delay_ms double precision, is_taken boolean)
    cross join lateral generate_series(1, copies)
   returning id, event_id as "eventId", body, attempts`;

/**
 * Stores webhooks; `rows` is a JSON array of `{event_id, body, copies, delay_ms}`. Those with `is_taken` are claimed by
 * this server for `leaseMs`: if it dies, they become due again.
 */
export const insertDeliveries = statement<[rows: string, leaseMs: number], DeliveryRow>(
  'sandbox.insert_deliveries',
  insert,
);

/**
 * Stores webhooks in the same way, together with the charges that they report and the new states of the sessions, both
 * JSON arrays with the columns as members. One statement, because each costs more than the rows that it writes.
 */
export const recordActions = statement<
  [rows: string, leaseMs: number, charges: string, sessions: string],
  DeliveryRow
>(
  'sandbox.record_actions',
  `with charged as (
     insert into sandbox.charges (reference, session_reference, payment_id, amount_minor, currency)
     select reference, session_reference, payment_id, amount_minor, currency
       from jsonb_to_recordset($3::jsonb) as new_charge
         (reference text, session_reference text, payment_id text, amount_minor bigint, currency text)),
   wanted as materialized (
     select reference, status
       from jsonb_to_recordset($4::jsonb) as wanted (reference text, status text)),
   changed as (
     update sandbox.sessions
        set status = wanted.status
       from wanted
      where sessions.reference = any(array(select reference from wanted))
        and sessions.reference = wanted.reference)
   ${insert}`,
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

/**
 * The commit does not wait for the disk: if it is lost, a webhook is sent again after its lease, as after a crash before
 * this statement. The ids come from a subquery, so that the plan does not depend on their number and is kept.
 */
export const markDelivered = statement<[ids: readonly number[]], never>(
  'sandbox.mark_delivered',
  `update sandbox.deliveries
      set delivered_at = now(),
          next_attempt_at = null,
          last_error = null
    where id = any(array(select unnest($1::bigint[])))
      and (select set_config('synchronous_commit', 'off', true)) is not null`,
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
