import { statement } from '../../database/statement.ts';

export interface EndpointRow {
  id: string;
  url: string;
  eventTypes: string[];
  active: boolean;
  createdAt: Date;
}

const endpointColumns = `
  id, url, event_types as "eventTypes", active, created_at as "createdAt"`;

/** Held until commit, so that concurrent creations count the endpoints one after the other. */
export const lockEndpointCount = statement<[], never>(
  'webhooks.lock_endpoint_count',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.webhook_endpoints', 0))`,
);

export const countEndpoints = statement<[], { count: number }>(
  'webhooks.count_endpoints',
  `select count(*)::int as count
     from webhook_endpoints
    where deleted_at is null`,
);

export const insertEndpoint = statement<
  [
    id: string,
    url: string,
    eventTypes: readonly string[],
    secret: string,
    secretKeyId: string | null,
  ],
  EndpointRow
>(
  'webhooks.insert_endpoint',
  `insert into webhook_endpoints (id, url, event_types, secret, secret_key_id)
   values ($1::uuid, $2::text, $3::text[], $4::text, $5::text)
   returning ${endpointColumns}`,
);

export const findEndpoint = statement<[id: string], EndpointRow>(
  'webhooks.find_endpoint',
  `select ${endpointColumns}
     from webhook_endpoints
    where id = $1::uuid
      and deleted_at is null`,
);

/** Locks an endpoint, so that it is neither disabled nor deleted until commit. */
export const lockEndpoint = statement<[id: string], EndpointRow>(
  'webhooks.lock_endpoint',
  `select ${endpointColumns}
     from webhook_endpoints
    where id = $1::uuid
      and deleted_at is null
      for no key update`,
);

/** Returns endpoints newest first, before (createdAt, id) if given. */
export const listEndpointRows = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  EndpointRow
>(
  'webhooks.list_endpoints',
  `select ${endpointColumns}
     from webhook_endpoints
    where deleted_at is null
      and ($1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid))
    order by created_at desc, id desc
    limit $3::int`,
);

/** Returns the endpoints that receive any events. */
export const findActiveEndpoints = statement<[], { id: string; eventTypes: string[] }>(
  'webhooks.find_active_endpoints',
  `select id, event_types as "eventTypes"
     from webhook_endpoints
    where active
    order by id`,
);

/** Null leaves a value unchanged. */
export const updateEndpointRow = statement<
  [id: string, url: string | null, eventTypes: readonly string[] | null, active: boolean | null],
  EndpointRow
>(
  'webhooks.update_endpoint',
  `update webhook_endpoints
      set url = coalesce($2::text, url),
          event_types = coalesce($3::text[], event_types),
          active = coalesce($4::boolean, active),
          updated_at = now()
    where id = $1::uuid
      and deleted_at is null
   returning ${endpointColumns}`,
);

export const markDeleted = statement<[id: string], never>(
  'webhooks.mark_deleted',
  `update webhook_endpoints
      set active = false,
          deleted_at = now(),
          updated_at = now()
    where id = $1::uuid`,
);

/**
 * Replaces the secret. A second rotation within the time drops the secret before the previous one. One that was lost is the
 * previous one of none.
 */
export const rotateSecretRow = statement<
  [id: string, secret: string, secretKeyId: string | null, previousHours: number],
  { previousValidUntil: Date }
>(
  'webhooks.rotate_secret',
  `update webhook_endpoints
      set previous_secret = secret,
          previous_secret_key_id = secret_key_id,
          previous_valid_until = case when secret is not null then now() + $4::int * interval '1 hour' end,
          secret = $2::text,
          secret_key_id = $3::text,
          updated_at = now()
    where id = $1::uuid
      and deleted_at is null
   returning coalesce(previous_valid_until, now()) as "previousValidUntil"`,
);

/** Deletes deleted endpoints that have no deliveries left. */
export const purgeEndpoints = statement<[limit: number], { id: string }>(
  'webhooks.purge_endpoints',
  `delete from webhook_endpoints
    where id in (
      select id
        from webhook_endpoints
       where deleted_at is not null
         and not exists (select from webhook_deliveries where endpoint_id = webhook_endpoints.id)
       limit $1::int)
   returning id`,
);
