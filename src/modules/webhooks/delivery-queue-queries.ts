import { statement } from '../../database/statement.ts';

/**
 * Locks delivery queues, each given once, and creates the missing ones. All callers lock in the same order, which
 * prevents deadlocks.
 */
export const lockDeliveryQueues = statement<
  [endpointIds: readonly string[], lineIds: readonly string[]],
  never
>(
  'webhooks.lock_lines',
  `insert into webhook_lines as line (endpoint_id, line_id)
   select endpoint_id, line_id
     from unnest($1::uuid[], $2::uuid[]) as wanted (endpoint_id, line_id)
    order by endpoint_id, line_id
   on conflict (endpoint_id, line_id) do update
     set delivery_id = line.delivery_id`,
);

export interface StartedRow {
  deliveryId: string;
  jobId: string;
  /** Null for what is no event. */
  eventId: string | null;
}

/**
 * Makes the first pending delivery the head of each of these locked delivery queues, and deletes queues without one.
 * Returns the new heads, each with the id of its queue's new job; `againId` gets one even if it already was the head. A
 * separate statement after the lock, because only then does it see what other transactions have committed.
 */
export const updateHeads = statement<
  [
    endpointIds: readonly string[],
    lineIds: readonly string[],
    jobIds: readonly string[],
    againId: string | null,
  ],
  StartedRow
>(
  'webhooks.move_lines',
  `with first as (
     select wanted.endpoint_id, wanted.line_id, wanted.job_id, pending.id
       from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as wanted (endpoint_id, line_id, job_id)
       left join lateral (
         select deliveries.id
           from webhook_deliveries as deliveries
          where deliveries.endpoint_id = wanted.endpoint_id
            and deliveries.line_id = wanted.line_id
            and deliveries.status = 'PENDING'
          order by deliveries.event_position
          limit 1) as pending on true),
   emptied as (
     delete from webhook_lines as lines
      using first
      where lines.endpoint_id = first.endpoint_id
        and lines.line_id = first.line_id
        and first.id is null),
   moved as (
     update webhook_lines as lines
        set delivery_id = first.id
       from first
      where lines.endpoint_id = first.endpoint_id
        and lines.line_id = first.line_id
        and first.id is not null
        and (lines.delivery_id is distinct from first.id or first.id = $4::uuid)
     returning first.id, first.job_id)
   update webhook_deliveries as deliveries
      set job_id = moved.job_id
     from moved
    where deliveries.id = moved.id
   returning deliveries.id as "deliveryId", deliveries.job_id as "jobId",
             case when deliveries.event_position is not null then deliveries.event_id end as "eventId"`,
);

/** Locks every delivery queue of an endpoint. */
export const lockEndpointQueues = statement<[endpointId: string], { lineId: string }>(
  'webhooks.lock_endpoint_lines',
  `select line_id as "lineId"
     from webhook_lines
    where endpoint_id = $1::uuid
    order by line_id
      for update`,
);

/**
 * Ends the pending deliveries of an endpoint whose delivery queues are locked. It detaches their jobs: otherwise a job
 * that still waits would look like a redriven dead letter.
 */
export const failPending = statement<[endpointId: string, error: string], never>(
  'webhooks.fail_pending',
  `update webhook_deliveries
      set status = 'FAILED',
          last_error = $2::text,
          job_id = null,
          ended_at = now()
    where endpoint_id = $1::uuid
      and status = 'PENDING'`,
);

export const deleteEndpointQueues = statement<[endpointId: string], never>(
  'webhooks.delete_endpoint_lines',
  `delete from webhook_lines
    where endpoint_id = $1::uuid`,
);
