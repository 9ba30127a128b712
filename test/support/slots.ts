import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import type { Session } from './session.ts';

/** A slot as `GET /api/slots` lists it. */
export interface ListedSlot {
  readonly start: string;
  readonly end: string;
  /** Null without a maximum. */
  readonly available: number | null;
}

/** Lists the slots of all days that can be requested. */
export async function listAllSlots(session: Session): Promise<ListedSlot[]> {
  const { horizonDays } = (await session.get('/api/shop')).json<{ horizonDays: number }>();
  const slots: ListedSlot[] = [];
  // The shop's clock may show yesterday or tomorrow.
  for (let day = -1; day <= horizonDays + 1; day += 1) {
    const date = new Date(Date.now() + day * 24 * 60 * 60_000).toISOString().slice(0, 10);
    const reply = await session.get(`/api/slots?date=${date}`);
    assert.equal(reply.status, 200, reply.text);
    slots.push(...reply.json<{ data: ListedSlot[] }>().data);
  }
  return slots;
}

/**
 * Returns the orders by the beginning of their slot, without slots that have none. Asserts that the counts of slots, the
 * places that are held and the orders that are neither cancelled nor failed agree.
 */
export async function findBooked(database: Database): Promise<Map<string, number>> {
  const rows = await database.run<{ startAt: Date; counted: number; held: number; orders: number }>(
    'test.booked',
    `select start_at as "startAt", coalesce(slots.places, 0) as counted,
            count(*) filter (where slot_places.held)::int as held,
            count(*) filter (where orders.status not in ('CANCELLED', 'FAILED')
                               and orders.promised_for = start_at)::int as orders
       from slot_places
       join orders on orders.id = slot_places.order_id
       full join slots using (start_at)
      group by start_at, slots.places
      order by start_at`,
    [],
  );
  for (const { startAt, counted, held, orders } of rows) {
    const agreeing = { counted, held: counted, orders: counted };
    assert.deepEqual({ counted, held, orders }, agreeing, startAt.toISOString());
  }
  return new Map(
    rows.flatMap(({ startAt, counted }): [string, number][] =>
      counted === 0 ? [] : [[startAt.toISOString(), counted]],
    ),
  );
}
