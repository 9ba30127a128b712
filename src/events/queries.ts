import { unnestColumns } from '../database/column-arrays.ts';
import { statement } from '../database/statement.ts';
import type { Actor } from '../shared/caller.ts';
import type { CauseColumns } from './cause.ts';
import type { EventType } from './event.ts';
import { type ReasonRow, reasonColumns } from './personal-reason.ts';

export const newEventColumns = {
  id: 'uuid',
  type: 'text',
  order_id: 'uuid',
  sequence: 'integer',
  from_status: 'text',
  to_status: 'text',
  actor_type: 'text',
  actor_id: 'uuid',
  actor_role: 'text',
  reason: 'text',
  personal: 'bytea',
  personal_of: 'uuid',
  request_id: 'uuid',
  trace_id: 'uuid',
  idempotency_key: 'uuid',
  cause: 'jsonb',
  data: 'jsonb',
} as const;

/** Inserts events, in the order of their positions. The parameters are the columns (`toColumnArrays`). */
export const insertEvents = statement<readonly string[], never>(
  'events.insert',
  `insert into events (${Object.keys(newEventColumns).join(', ')})
   select *
     from ${unnestColumns('new_event', newEventColumns)}`,
);

/** The columns of a `CauseColumns`. */
const causeColumns = `request_id as "requestId", trace_id as "traceId",
          idempotency_key as "idempotencyKey", cause`;

export interface StoredHistoryRow extends CauseColumns, ReasonRow {
  sequence: number;
  type: string;
  from: string | null;
  to: string | null;
  actorType: Actor['type'];
  actorId: string | null;
  actorRole: string | null;
  data: Record<string, unknown>;
  at: Date;
}

export const selectHistory = statement<[orderId: string], StoredHistoryRow>(
  'events.find_history',
  `select id, sequence, type, from_status as "from", to_status as "to",
          actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole",
          ${reasonColumns}, ${causeColumns}, data, at
     from events
    where order_id = $1::uuid
    order by sequence`,
);

export interface StoredOrderEventRow extends ReasonRow {
  orderId: string;
  sequence: number;
  type: EventType;
  from: string | null;
  data: Record<string, unknown>;
}

/** Selects all events of these orders, by order and sequence. */
export const selectEventsOfOrders = statement<[orderIds: readonly string[]], StoredOrderEventRow>(
  'events.find_of_orders',
  `select id, order_id as "orderId", sequence, type, from_status as "from", ${reasonColumns}, data
     from events
    where order_id = any($1::uuid[])
    order by order_id, sequence`,
);
