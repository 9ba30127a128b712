import { statement } from '../database/statement.ts';
import type { EventType } from './event.ts';

/** Inserts events. `rows` is a JSON array of objects with the columns as members, in the order of their positions. */
export const insertEvents = statement<[rows: string], never>(
  'events.insert',
  `insert into events (id, type, order_id, sequence, from_status, to_status,
                       actor_type, actor_id, actor_role, reason, cause, data)
   select id, type, order_id, sequence, from_status, to_status,
          actor_type, actor_id, actor_role, reason, cause, data
     from jsonb_to_recordset($1::jsonb) as new_event
       (id uuid, type text, order_id uuid, sequence integer, from_status text, to_status text,
        actor_type text, actor_id uuid, actor_role text, reason text, cause jsonb, data jsonb)`,
);

export interface HistoryRow {
  sequence: number;
  type: string;
  from: string | null;
  to: string | null;
  actorType: 'user' | 'api_key' | 'system' | 'provider';
  actorId: string | null;
  actorRole: string | null;
  reason: string | null;
  cause: Record<string, unknown>;
  data: Record<string, unknown>;
  at: Date;
}

export const findHistory = statement<[orderId: string], HistoryRow>(
  'events.find_history',
  `select sequence, type, from_status as "from", to_status as "to",
          actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole",
          reason, cause, data, at
     from events
    where order_id = $1::uuid
    order by sequence`,
);

export interface OrderEventRow {
  id: string;
  orderId: string;
  sequence: number;
  type: EventType;
  from: string | null;
  reason: string | null;
  data: Record<string, unknown>;
}

/** Returns all events of these orders, by order and sequence. */
export const findEventsOfOrders = statement<[orderIds: readonly string[]], OrderEventRow>(
  'events.find_of_orders',
  `select id, order_id as "orderId", sequence, type, from_status as "from", reason, data
     from events
    where order_id = any($1::uuid[])
    order by order_id, sequence`,
);
