import { statement } from '../database/statement.ts';

interface OldEventRow {
  position: number;
  id: string;
  reason: string;
  /** Whose the reason is. */
  personId: string;
}

/** Returns events whose reasons are text and should be ciphertext, by position. */
export const findOldEvents = statement<[after: number, limit: number], OldEventRow>(
  'events.find_old',
  `select events.position, events.id, reason, coalesce(orders.customer_id, actor_id) as "personId"
     from events
     left join orders on orders.id = events.order_id
    where is_old_event(reason, personal_of, order_id, actor_id)
      and events.position > $1::bigint
      and coalesce(orders.customer_id, actor_id) is not null
    order by events.position
    limit $2::int`,
);

/** Puts ciphertexts in the place of reasons, as the owner of the log, and returns how many were text until then. */
export const bringEvents = statement<
  [positions: readonly number[], ciphertexts: readonly (string | null)[]],
  { count: number }
>(
  'events.bring_into_form',
  `select bring_events_into_personal_form($1::bigint[], $2::bytea[])::int as count`,
);
