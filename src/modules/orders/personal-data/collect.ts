import type { Queryable } from '../../../database/statement.ts';
import { findPersonEventsOfOrders } from '../../../events/index.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { findStoredResponses } from '../placement/find-responses.ts';
import { collectOrders } from './collect-queries.ts';

export function collect(db: Queryable, { userIds, orderIds }: Person): PersonalLists {
  return {
    orders: readBySlices(orderIds, async (slice) => {
      const [orders, events, responses] = await Promise.all([
        collectOrders(db, slice),
        findPersonEventsOfOrders(db, userIds, slice),
        findStoredResponses(db, slice),
      ]);
      const histories = Map.groupBy(events, ({ orderId }) => orderId);
      return orders.map((order) => ({
        ...order,
        storedResponse: responses.get(order.id) ?? null,
        history: (histories.get(order.id) ?? []).map(({ orderId: _, ...event }) => event),
      }));
    }),
  };
}
