import type { Database } from '../../../../src/database/database.ts';
import { findEventsOfOrders } from '../../../../src/events/index.ts';

/** Orders, products and discounts as stored, without ids and times. */
export interface Stored {
  readonly orders: readonly StoredOrder[];
  readonly products: readonly StoredProduct[];
  readonly discounts: readonly StoredDiscount[];
}

export interface StoredOrder {
  readonly number: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly version: number;
  readonly lastSequence: number;
  readonly totalMinor: number;
  readonly source: string;
  readonly cancelReason: string | null;
  readonly isCancelled: boolean;
  readonly isEnded: boolean;
  readonly failureCode: string | null;
  readonly expires: boolean;
  readonly isQueued: boolean;
  readonly lines: readonly StoredLine[];
  readonly events: readonly StoredEvent[];
}

export interface StoredLine {
  readonly product: number;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly totalMinor: number;
  readonly discountMinor: number;
  /** The product that its modifier is, with its units for one unit of the line. */
  readonly modifier: { readonly product: number; readonly quantity: number } | null;
}

export interface StoredEvent {
  readonly sequence: number;
  readonly type: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: string;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StoredProduct {
  readonly onHand: number;
  readonly reserved: number;
  /** The movements that orders caused, sorted by order and time. */
  readonly movements: readonly StoredMovement[];
}

export interface StoredDiscount {
  /** The uses that it counts. */
  readonly uses: number;
  /** The numbers of the orders that use it. */
  readonly orders: readonly string[];
}

export interface StoredMovement {
  readonly number: string;
  readonly kind: string;
  readonly delta: number;
  readonly reason: string;
}

export interface StoredIds {
  readonly orderIds: readonly string[];
  readonly productIds: readonly string[];
  readonly discountIds: readonly string[];
}

/** Reads these orders, products and discounts as stored, in the given order. */
export async function readStored(
  database: Database,
  { orderIds, productIds, discountIds }: StoredIds,
): Promise<Stored> {
  const [orders, products, discounts] = await Promise.all([
    database.run<StoredOrder>(
      'test.stored_orders',
      `select number, status, payment_status as "paymentStatus", version, last_sequence as "lastSequence",
              total_minor as "totalMinor", source, cancel_reason as "cancelReason",
              cancelled_at is not null as "isCancelled", ended_at is not null as "isEnded", failure_code as "failureCode",
              expires_at is not null as expires,
              exists (select from queued_orders where order_id = orders.id) as "isQueued",
              (select coalesce(json_agg(line), '[]')
                 from (select array_position($2::uuid[], product_id) - 1 as product, name, quantity,
                              unit_price_minor as "unitPriceMinor", total_minor as "totalMinor",
                              coalesce(discount_minor, 0) as "discountMinor",
                              case when modifiers is not null then
                                json_build_object(
                                  'product', array_position($2::uuid[], (modifiers #>> '{0,productId}')::uuid) - 1,
                                  'quantity', modifiers #> '{0,quantity}')
                              end as modifier
                         from order_lines
                        where order_id = orders.id
                        order by line_number) as line) as lines,
              (select coalesce(json_agg(event), '[]')
                 from (select sequence, type, from_status as "from", to_status as "to", actor_type as actor,
                              order_id as "orderId", data
                         from events
                        where order_id = orders.id
                        order by sequence) as event) as events
         from orders
        where id = any($1::uuid[])
        order by array_position($1::uuid[], id)`,
      [orderIds, productIds],
    ),
    database.run<StoredProduct>(
      'test.stored_products',
      `select on_hand as "onHand", reserved,
              (select coalesce(json_agg(movement), '[]')
                 from (select orders.number, stock_movements.kind, stock_movements.delta, stock_movements.reason
                         from stock_movements
                         join orders on orders.id = stock_movements.order_id
                        where stock_movements.product_id = stock.product_id
                        order by array_position($1::uuid[], orders.id), stock_movements.at,
                                 stock_movements.id) as movement) as movements
         from stock
        where product_id = any($2::uuid[])
        order by array_position($2::uuid[], product_id)`,
      [orderIds, productIds],
    ),
    database.run<StoredDiscount>(
      'test.stored_discounts',
      `select uses,
              (select coalesce(json_agg(orders.number order by array_position($1::uuid[], orders.id)), '[]')
                 from discount_uses
                 join orders on orders.id = discount_uses.order_id
                where discount_uses.discount_id = discounts.id) as orders
         from discounts
        where id = any($2::uuid[])
        order by array_position($2::uuid[], id)`,
      [orderIds, discountIds],
    ),
  ]);
  const events = await findEventsOfOrders(database, orderIds);
  const reasons = new Map(events.map((one) => [`${one.orderId} ${one.sequence}`, one.reason]));
  const withReason = ({ orderId, ...event }: StoredEvent & { readonly orderId?: string }) => ({
    ...event,
    reason: reasons.get(`${orderId} ${event.sequence}`)!,
  });
  return {
    orders: orders.map((order) => ({ ...order, events: order.events.map(withReason) })),
    products,
    discounts,
  };
}
