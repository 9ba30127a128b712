import type { Database } from '../../../src/database/database.ts';
import { findWrongOrders } from '../verify.ts';
import { type Act, type Intent, kitchenStatuses } from './history.ts';

/** An order of a stretch with what happened to it. */
export interface StoredOrder {
  readonly id: string;
  readonly number: string;
  readonly token: string;
  readonly status: string;
  readonly cancelReason: string | null;
  readonly totalMinor: number;
  /** The types of its events, in order. */
  readonly types: readonly string[];
}

/** Returns the orders that were placed or queued after a position of the log. */
export function findOrders(database: Database, after: number): Promise<StoredOrder[]> {
  return database.run<StoredOrder>(
    'torture.stretch_orders',
    `select orders.id, number, client_token as token, status, cancel_reason as "cancelReason",
            total_minor as "totalMinor", types
       from (select order_id, array_agg(type order by sequence) as types
               from events
              where position > $1::bigint
                and order_id is not null
              group by order_id
             having min(sequence) = 1) as histories
       join orders on orders.id = order_id`,
    [after],
  );
}

/** Compares what the clients saw of their orders with the orders. Returns one sentence for each error. */
export function findWrongHistories(
  orders: readonly StoredOrder[],
  history: readonly Intent[],
): string[] {
  const intents = new Map(history.map((intent) => [intent.token, intent]));
  return [
    ...findWrongOrders(orders, history),
    ...orders.flatMap((order) => {
      const intent = intents.get(order.token);
      return intent === undefined ? [] : findWrongHistory(order, intent);
    }),
  ];
}

function findWrongHistory(order: StoredOrder, { totalMinor, acts }: Intent): string[] {
  const { number, status, types } = order;
  const wrong: string[] = [];
  if (totalMinor !== null && totalMinor !== order.totalMinor) {
    wrong.push(`order ${number} was answered with ${totalMinor}, but costs ${order.totalMinor}`);
  }
  if (status === 'QUEUED' || status === 'PENDING') wrong.push(`order ${number} is still ${status}`);
  for (const one of kitchenStatuses) {
    const found = types.filter((type) => type === `order.${one.toLowerCase()}`).length;
    const said = acts.filter((act) => act.kind === 'status' && act.status === one);
    wrong.push(...compareCount(`order ${number} became ${one}`, found, said));
  }
  for (const by of ['CUSTOMER', 'ADMIN'] as const) {
    const found = status === 'CANCELLED' && order.cancelReason === by ? 1 : 0;
    const said = acts.filter((act) => act.kind === 'cancel' && act.by === by);
    wrong.push(...compareCount(`order ${number} was cancelled by ${by}`, found, said));
  }
  return wrong;
}

/** What was acknowledged has happened, what is unknown may have, nothing else has. */
function compareCount(what: string, found: number, said: readonly Act[]): string[] {
  const certain = said.filter(({ result }) => result === 'ok').length;
  const possible = certain + said.filter(({ result }) => result === 'unknown').length;
  if (found >= certain && found <= possible) return [];
  return [`${what} ${found} times, but ${certain} to ${possible} were answered so`];
}
