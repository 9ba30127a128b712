import { statement } from '../../database/statement.ts';

/**
 * Locks lines, each named once, making those that are not there: in one order, so that two who lock several do not wait
 * for each other.
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
  /** Null for a test. */
  eventId: string | null;
}

/**
 * Gives the turn in each of these locked lines to the first delivery that is pending, and takes away the lines that
 * have none. Gives those whose turn has just come, each with the new job's id of its line; `againId` gets one though it
 * was its turn already. A statement of its own, after the lock: only then it sees what others have committed before.
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

/** Locks every line of an endpoint. */
export const lockEndpointQueues = statement<[endpointId: string], { lineId: string }>(
  'webhooks.lock_endpoint_lines',
  `select line_id as "lineId"
     from webhook_lines
    where endpoint_id = $1::uuid
    order by line_id
      for update`,
);

/**
 * Ends whatever an endpoint has pending, its lines locked. Their jobs find that they are not theirs any more: one that
 * still waits must not look like one that was given up and asked for again.
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
