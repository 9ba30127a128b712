import { type ColumnTypes, unnestColumns } from '../../../database/column-arrays.ts';
import { statement } from '../../../database/statement.ts';
import type { SlotCount } from './slot-book.ts';

/**
 * A lock before those of rows. All changes of places share it, and a decision whose counts must stay true until commit has
 * it alone: it cannot know before which rows it needs.
 */
const slotsLock = `hashtextextended('holdfast.slots', 0)`;
const admitted = `admitted as materialized (
     select pg_advisory_xact_lock_shared(${slotsLock}))`;

/**
 * Returns the counts of the slots that begin at these times, or between the transaction's time and so many minutes
 * later. A slot without orders may be missing.
 */
export const findSlotCounts = statement<[minutesAhead: number, starts: readonly Date[]], SlotCount>(
  'scheduling.find_slots',
  `select start_at as "startAt", places
     from slots
    where (start_at >= now() and start_at < now() + make_interval(mins => $1::int))
       or start_at = any($2::timestamptz[])`,
  { isShort: true },
);

/** Waits for the transactions that change places, and keeps others from it until commit. */
export const excludePlaces = statement<[], never>(
  'scheduling.exclude_places',
  `select pg_advisory_xact_lock(${slotsLock})`,
);

/** Finds the slot in which an order has a place. */
export const findHeldSlot = statement<[orderId: string], { startAt: Date }>(
  'scheduling.find_held_slot',
  `select start_at as "startAt"
     from slot_places
    where order_id = $1::uuid
      and held`,
);

export const placeColumns = {
  order_id: 'uuid',
  start_at: 'timestamptz',
} as const satisfies ColumnTypes;

/** Writes the places of orders. A trigger counts them in the order of time, as it does for the other statements. */
export const insertPlaces = statement<[orderIds: string, starts: string], never>(
  'scheduling.insert_places',
  `with ${admitted}
   insert into slot_places (order_id, start_at)
   select order_id, start_at
     from admitted,
          ${unnestColumns('new_place', placeColumns)}`,
);

/** Gives places back, with the rows locked in the order of ids first. */
export const releasePlaces = statement<[orderIds: readonly string[]], never>(
  'scheduling.release_places',
  `with ${admitted},
   locked as materialized (
     select order_id
       from slot_places
      where order_id = any($1::uuid[])
        and held
      order by order_id
        for no key update)
   update slot_places
      set held = false
     from admitted, locked
    where slot_places.order_id = locked.order_id
      and slot_places.held`,
);

/** Deletes places that were given back. */
export const deletePlaces = statement<[orderIds: readonly string[]], never>(
  'scheduling.delete_places',
  `delete from slot_places
    where order_id = any($1::uuid[])
      and not held`,
);

/** Gives an order a place in another slot, or its first one. */
export const movePlace = statement<[orderId: string, startAt: Date], never>(
  'scheduling.move_place',
  `with ${admitted}
   insert into slot_places as place (order_id, start_at)
   select $1::uuid, $2::timestamptz
     from admitted
       on conflict (order_id) do update
      set start_at = excluded.start_at,
          held = true`,
);

/**
 * Deletes slots that began more than a month ago, with their places. The places go first, locked as by the other
 * statements, which lock them before their slot too.
 */
export const purgeSlots = statement<[limit: number], { startAt: Date }>(
  'scheduling.purge_slots',
  `with old as materialized (
     select start_at
       from slots
      where start_at < now() - interval '31 days'
      order by start_at
      limit $1::int),
   locked as materialized (
     select order_id
       from slot_places
      where start_at in (select start_at from old)
      order by order_id
        for update),
   released as materialized (
     delete from slot_places
      where order_id in (select order_id from locked)
     returning order_id)
   delete from slots
    where start_at in (select start_at from old)
      and (select count(*) from released) >= 0
   returning start_at as "startAt"`,
);
