import { statement } from '../../database/statement.ts';
import { type ReasonRow, reasonColumns } from '../../events/index.ts';
import type { DeliveryStatus } from './delivery.ts';
import type { StoredSecrets } from './secret-queries.ts';

export interface DeliveryRow {
  id: string;
  eventId: string;
  eventType: string;
  orderId: string | null;
  status: DeliveryStatus;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  nextAttemptAt: Date | null;
  createdAt: Date;
}

/** Only the job has the time of the next attempt. */
const deliveryColumns = `
  deliveries.id, deliveries.event_id as "eventId", deliveries.event_type as "eventType",
  deliveries.order_id as "orderId", deliveries.status, deliveries.attempts,
  deliveries.last_status as "lastStatus", deliveries.last_error as "lastError",
  case when deliveries.status = 'PENDING' and jobs.state = 'waiting' then jobs.due_at end as "nextAttemptAt",
  deliveries.created_at as "createdAt"`;

export const findDelivery = statement<[endpointId: string, id: string], DeliveryRow>(
  'webhooks.find_delivery',
  `select ${deliveryColumns}
     from webhook_deliveries as deliveries
     left join jobs on jobs.id = deliveries.job_id
    where deliveries.id = $2::uuid
      and deliveries.endpoint_id = $1::uuid`,
);

export const findDeliveryOfEvent = statement<[endpointId: string, eventId: string], DeliveryRow>(
  'webhooks.find_delivery_of_event',
  `select ${deliveryColumns}
     from webhook_deliveries as deliveries
     left join jobs on jobs.id = deliveries.job_id
    where deliveries.endpoint_id = $1::uuid
      and deliveries.event_id = $2::uuid`,
);

/** Returns deliveries newest first, before (createdAt, id) if given, and of every status if it is null. */
export const listDeliveryRows = statement<
  [
    endpointId: string,
    status: DeliveryStatus | null,
    beforeAt: string | null,
    beforeId: string | null,
    limit: number,
  ],
  DeliveryRow
>(
  'webhooks.list_deliveries',
  `select ${deliveryColumns}
     from webhook_deliveries as deliveries
     left join jobs on jobs.id = deliveries.job_id
    where deliveries.endpoint_id = $1::uuid
      and ($2::text is null or deliveries.status = $2::text)
      and ($3::timestamptz is null or (deliveries.created_at, deliveries.id) < ($3::timestamptz, $4::uuid))
    order by deliveries.created_at desc, deliveries.id desc
    limit $5::int`,
);

/** Inserts deliveries. `rows`: JSON array with the columns as members. Existing deliveries stay unchanged. */
export const insertDeliveries = statement<[rows: string], never>(
  'webhooks.insert_deliveries',
  `insert into webhook_deliveries
     (id, endpoint_id, event_id, event_type, event_position, order_id, line_id, seal_number)
   select id, endpoint_id, event_id, event_type, event_position, order_id, line_id, seal_number
     from jsonb_to_recordset($1::jsonb) as new_delivery
       (id uuid, endpoint_id uuid, event_id uuid, event_type text, event_position bigint, order_id uuid, line_id uuid,
        seal_number bigint)
    order by endpoint_id, event_id
   on conflict (endpoint_id, event_id) do nothing`,
);

/** Makes deliveries pending again, whatever their outcome was. */
export const reopenDeliveries = statement<
  [endpointId: string, eventIds: readonly string[]],
  { id: string }
>(
  'webhooks.reopen_deliveries',
  `update webhook_deliveries
      set status = 'PENDING',
          ended_at = null
    where endpoint_id = $1::uuid
      and event_id = any($2::uuid[])
      and status <> 'PENDING'
   returning id`,
);

export interface DueDeliveryRow extends Omit<ReasonRow, 'id'>, StoredSecrets {
  endpointId: string;
  lineId: string;
  eventId: string;
  eventType: string;
  orderId: string | null;
  status: DeliveryStatus;
  lastError: string | null;
  jobId: string | null;
  /** False while an earlier event of its order must be sent first. */
  isHead: boolean;
  url: string;
  active: boolean;
  /** The database's time in seconds since 1970, because a server's clock may be off by more than receivers tolerate. */
  nowSeconds: number;
  sequence: number | null;
  from: string | null;
  to: string | null;
  traceId: string | null;
  /** The seal to send; null for all but `log.sealed`. */
  sealNumber: number | null;
  data: Record<string, unknown>;
  at: Date;
}

/**
 * Returns all data for one attempt, in one round trip, except for a seal. A test is not in the log and was created for its
 * endpoint.
 */
export const findDueDelivery = statement<[id: string], DueDeliveryRow>(
  'webhooks.find_due_delivery',
  `select deliveries.endpoint_id as "endpointId", deliveries.line_id as "lineId",
          deliveries.event_id as "eventId", deliveries.event_type as "eventType",
          deliveries.order_id as "orderId", deliveries.status, deliveries.last_error as "lastError",
          deliveries.job_id as "jobId",
          lines.delivery_id is not distinct from deliveries.id as "isHead",
          endpoints.url, endpoints.active, endpoints.secret, endpoints.secret_key_id as "secretKeyId",
          case when endpoints.previous_valid_until > now() then endpoints.previous_secret end as "previousSecret",
          endpoints.previous_secret_key_id as "previousSecretKeyId",
          extract(epoch from clock_timestamp())::bigint as "nowSeconds",
          events.sequence, events.from_status as "from", events.to_status as "to", ${reasonColumns},
          coalesce(replace(events.trace_id::text, '-', ''), events.cause ->> 'traceId') as "traceId",
          deliveries.seal_number as "sealNumber",
          coalesce(events.data, jsonb_build_object('endpointId', endpoints.id)) as data,
          coalesce(events.at, deliveries.created_at) as at
     from webhook_deliveries as deliveries
     join webhook_endpoints as endpoints on endpoints.id = deliveries.endpoint_id
     left join webhook_lines as lines
       on lines.endpoint_id = deliveries.endpoint_id
      and lines.line_id = deliveries.line_id
     left join events on events.position = deliveries.event_position
    where deliveries.id = $1::uuid`,
);

/** Records a failed attempt that is not the last. Changes nothing if another job has the delivery now. */
export const recordFailure = statement<
  [id: string, jobId: string, status: number | null, error: string],
  never
>(
  'webhooks.record_failure',
  `update webhook_deliveries
      set attempts = attempts + 1,
          last_status = $3::int,
          last_error = $4::text
    where id = $1::uuid
      and job_id = $2::uuid
      and status = 'PENDING'`,
);

export const markDelivered = statement<[id: string, jobId: string, status: number], never>(
  'webhooks.mark_delivered',
  `update webhook_deliveries
      set status = 'DELIVERED',
          attempts = attempts + 1,
          last_status = $3::int,
          last_error = null,
          ended_at = now()
    where id = $1::uuid
      and job_id = $2::uuid
      and status = 'PENDING'`,
);

/** Marks a delivery as failed; its attempts are already counted. Changes nothing if another job has it now. */
export const markFailed = statement<[id: string, jobId: string, error: string], never>(
  'webhooks.mark_failed',
  `update webhook_deliveries
      set status = 'FAILED',
          last_error = $3::text,
          ended_at = now()
    where id = $1::uuid
      and job_id = $2::uuid
      and status = 'PENDING'`,
);

/** Deletes deliveries that ended 30 days ago; their events can still be replayed. */
export const purgeDeliveries = statement<[limit: number], { id: string }>(
  'webhooks.purge_deliveries',
  `delete from webhook_deliveries
    where id in (
      select id
        from webhook_deliveries
       where status <> 'PENDING'
         and ended_at < now() - interval '30 days'
       order by ended_at
       limit $1::int)
   returning id`,
);
