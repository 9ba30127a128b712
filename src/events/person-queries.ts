import { statement } from '../database/statement.ts';
import type { Actor } from '../shared/caller.ts';
import { type ReasonRow, reasonColumns } from './personal-reason.ts';

/** An event, to be given out to whom it is about or who caused it. */
export interface StoredPersonEventRow extends ReasonRow {
  position: number;
  orderId: string | null;
  type: string;
  from: string | null;
  to: string | null;
  actorType: Actor['type'];
  actorId: string | null;
  actorRole: string | null;
  data: Record<string, unknown>;
  at: Date;
}

const personEventColumns = `position, id, order_id as "orderId", type, from_status as "from", to_status as "to",
          actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole", ${reasonColumns}, data, at`;

/** Selects the events of these orders, by order and sequence. */
export const selectPersonEventsOfOrders = statement<
  [orderIds: readonly string[]],
  StoredPersonEventRow
>(
  'events.find_person_of_orders',
  `select ${personEventColumns}
     from events
    where order_id = any($1::uuid[])
    order by order_id, sequence`,
);

/** Selects events that belong to no order and that one of these users caused, after a position. */
export const selectOwnEvents = statement<
  [userIds: readonly string[], after: number, limit: number],
  StoredPersonEventRow
>(
  'events.find_person_own',
  `select ${personEventColumns}
     from events
    where order_id is null
      and actor_id = any($1::uuid[])
      and position > $2::bigint
    order by position
    limit $3::int`,
);

/**
 * Selects which events of orders one of these users caused, among those after a position and up to another one. Reads them all,
 * because no index has their actor: each placement would write it.
 */
export const selectActedEvents = statement<
  [userIds: readonly string[], after: number, last: number],
  Pick<StoredPersonEventRow, 'orderId' | 'type' | 'from' | 'to' | 'at'>
>(
  'events.find_acted',
  `select order_id as "orderId", type, from_status as "from", to_status as "to", at
     from events
    where position > $2::bigint
      and position <= $3::bigint
      and order_id is not null
      and actor_id = any($1::uuid[])
    order by position`,
);
