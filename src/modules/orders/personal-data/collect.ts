import type { Queryable } from '../../../database/statement.ts';
import { findPersonEventsOfOrders } from '../../../events/index.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { collectOrders } from './collect-queries.ts';

export function collect(db: Queryable, { userIds, orderIds }: Person): PersonalLists {
  return {
    orders: readBySlices(orderIds, async (slice) => {
      const [orders, events] = await Promise.all([
        collectOrders(db, slice),
        findPersonEventsOfOrders(db, userIds, slice),
      ]);
      const histories = Map.groupBy(events, ({ orderId }) => orderId);
      return orders.map((order) => ({
        ...order,
        history: (histories.get(order.id) ?? []).map(({ orderId: _, ...event }) => event),
      }));
    }),
  };
}
