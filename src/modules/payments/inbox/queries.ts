import { WRITE_FOR_STANDBY } from '../../../database/queries.ts';
import { statement } from '../../../database/statement.ts';
import type { ProviderEvent } from '../../../drivers/payments/payment-provider.ts';
import type { QueueRow } from '../../../jobs/index.ts';
import type { Cause } from '../../../shared/caller.ts';

export interface InboxRow {
  id: string;
  provider: string;
  eventId: string;
  type: string;
  /** Parsed from JSON, so its dates are strings. */
  event: ProviderEvent;
  cause: Cause;
  attempts: number;
}

/**
 * Stores events and returns the ids of the new ones. The others are acknowledged to the provider too, so the transaction that
 * stored them must have reached the synchronous standby. `rows`: JSON array with the columns as members. Only RECEIVED
 * events are due, immediately. An event without a payload has the reference of the charge that it reported.
 */
export const insertProviderEvents = statement<[rows: string], { id: string }>(
  'payments.insert_provider_events',
  `with stored as (
     insert into provider_events (id, provider, event_id, type, payload, cause, provider_reference, status, outcome,
                                  next_attempt_at)
     select id, provider, event_id, type, payload, cause, provider_reference, status, outcome,
            case status when 'RECEIVED' then now() end
       from jsonb_to_recordset($1::jsonb) as new_event
         (id uuid, provider text, event_id text, type text, payload jsonb, cause jsonb, provider_reference text,
          status text, outcome text)
     on conflict (provider, event_id) do nothing
     returning id
   )
   select id
     from stored
    union all
   select null::uuid
    where case when (select count(*) from stored) < jsonb_array_length($1::jsonb)
               then (${WRITE_FOR_STANDBY}) < '0/0'::pg_lsn
           end`,
);

const inboxColumns = `id, provider, event_id as "eventId", type, payload as event, cause, attempts`;

/** Locks the next due events that no other transaction has locked. */
export const lockDueEvents = statement<[limit: number], InboxRow>(
  'payments.lock_due_events',
  `select ${inboxColumns}
     from provider_events
    where next_attempt_at <= now()
    order by next_attempt_at, id
    limit $1::integer
      for no key update skip locked`,
);

/** Locks one event if it is due and no other transaction has locked it. */
export const lockEvent = statement<[id: string], InboxRow>(
  'payments.lock_event',
  `select ${inboxColumns}
     from provider_events
    where id = $1::uuid
      and next_attempt_at <= now()
      for no key update skip locked`,
);

/** Marks an event as done. It keeps its payload, which may be the only record of what was unusual about it. */
export const finishEvent = statement<
  [id: string, status: 'APPLIED' | 'IGNORED', outcome: string],
  never
>(
  'payments.finish_event',
  `update provider_events
      set status = $2::text,
          outcome = $3::text,
          next_attempt_at = null
    where id = $1::uuid`,
);

/** Marks events as done whose charges simply paid their orders. The ledger contains what their payloads did. */
export const finishMatchedEvents = statement<[ids: readonly string[]], never>(
  'payments.finish_matched_events',
  `update provider_events
      set status = 'APPLIED',
          outcome = 'matched',
          next_attempt_at = null,
          provider_reference = payload #>> '{capture,providerReference}',
          payload = null,
          cause = null
    where id = any($1::uuid[])`,
);

/**
 * Counts a failed attempt; with `waitMs` null the event becomes DEAD. Conditional, because another server may have
 * applied it since.
 */
export const failEvent = statement<
  [id: string, attempts: number, waitMs: number | null, error: string],
  { status: 'RECEIVED' | 'DEAD' }
>(
  'payments.fail_event',
  `update provider_events
      set attempts = attempts + 1,
          status = case when $3::double precision is null then 'DEAD' else 'RECEIVED' end,
          failed_at = case when $3::double precision is null then now() end,
          next_attempt_at = now() + $3::double precision * interval '1 millisecond',
          last_error = $4::text
    where id = $1::uuid
      and status = 'RECEIVED'
      and attempts = $2::integer
   returning status`,
);

export interface DeadEventRow {
  id: string;
  error: string | null;
  attempts: number;
  failedAt: Date;
}

/** Returns dead events newest first, before (failedAt, id) if given. */
export const listDeadEvents = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  DeadEventRow
>(
  'payments.list_dead_events',
  `select id, last_error as error, attempts, failed_at as "failedAt"
     from provider_events
    where status = 'DEAD'
      and ($1::timestamptz is null or (failed_at, id) < ($1::timestamptz, $2::uuid))
    order by failed_at desc, id desc
    limit $3::int`,
);

/** Makes dead events due again with all their attempts. Null: all of them. */
export const redriveEvents = statement<[ids: string[] | null], { id: string }>(
  'payments.redrive_events',
  `update provider_events
      set status = 'RECEIVED',
          attempts = 0,
          failed_at = null,
          next_attempt_at = now()
    where status = 'DEAD'
      and ($1::uuid[] is null or id = any($1::uuid[]))
   returning id`,
);

/** Counts the inbox of payment providers in the terms of a queue. */
export const countInbox = statement<[], QueueRow>(
  'payments.count_inbox',
  `select 'payments' as name,
          count(*) filter (where next_attempt_at <= now()) as waiting,
          0::bigint as active,
          count(*) filter (where next_attempt_at > now()) as delayed,
          (select count(*) from provider_events where status = 'DEAD') as failed
     from provider_events
    where next_attempt_at is not null`,
);

/** The payload of an event without what the provider said in words, as if it had said nothing. */
export const wordlessPayload = `payload
                    || case when payload ? 'reason' then '{"reason": null}' else '{}' end::jsonb
                    || case when payload ? 'failure' then '{"failure": null}' else '{}' end::jsonb`;

/**
 * Removes what providers said in words about payments and refunds, and why applying an event failed, 90 days after events
 * that are done arrived.
 */
export const forgetWords = statement<[limit: number], { id: string }>(
  'payments.forget_words',
  `update provider_events
      set payload = payload - '{reason,failure}'::text[],
          last_error = null
    where id in (
      select id
        from provider_events
       where status in ('APPLIED', 'IGNORED')
         and coalesce(payload ->> 'reason', payload ->> 'failure', last_error) is not null
         and received_at < now() - interval '90 days'
       order by received_at
       limit $1::int)
   returning id`,
);

/** The same of events that could not be applied, 90 days after that. They can still be applied. */
export const forgetDeadWords = statement<[limit: number], { id: string }>(
  'payments.forget_dead_words',
  `update provider_events
      set payload = ${wordlessPayload},
          last_error = null
    where id in (
      select id
        from provider_events
       where status = 'DEAD'
         and num_nonnulls(payload ->> 'reason', payload ->> 'failure', last_error) > 0
         and failed_at < now() - interval '90 days'
       order by failed_at
       limit $1::int)
   returning id`,
);
