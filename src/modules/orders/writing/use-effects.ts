import type { Transaction } from '../../../database/database.ts';
import { type BilledDiscount, type BillParts, holdUses, releaseUses } from '../../pricing/index.ts';
import { countsAsUse, type OrderStatus } from '../order.ts';

/** What a change does to the uses of the discounts of its order. */
export type UseEffect =
  | {
      readonly kind: 'hold';
      readonly customerId: string;
      /** Null: those of the stored bill. */
      readonly discounts: readonly BilledDiscount[] | null;
    }
  | { readonly kind: 'release' };

/** Returns the effect of placing an order with this bill; null: it has no discounts. */
export function holdDiscounts(customerId: string, bill: BillParts | null): UseEffect | null {
  if (bill === null || bill.discounts.length === 0) return null;
  return { kind: 'hold', customerId, discounts: bill.discounts };
}

/** Returns what a step of an existing order does to the uses of its discounts; null: nothing. */
export function findUseEffect(
  { status: from, customerId }: { readonly status: OrderStatus; readonly customerId: string },
  to: OrderStatus,
): UseEffect | null {
  const counted = countsAsUse(from);
  const counts = countsAsUse(to);
  if (counted === counts) return null;
  return counts ? { kind: 'hold', customerId, discounts: null } : { kind: 'release' };
}

interface OrderUses {
  readonly orderId: string;
  readonly useEffect: UseEffect | null;
}

/**
 * Changes the uses of discounts for a set of orders. `stored` has the discounts of orders whose effect does not name
 * them.
 */
export function writeUses(
  tx: Transaction,
  orders: readonly OrderUses[],
  stored: ReadonlyMap<string, readonly BilledDiscount[]>,
): Promise<void>[] {
  const held = orders.flatMap(({ orderId, useEffect }) => {
    if (useEffect?.kind !== 'hold') return [];
    const { customerId, discounts } = useEffect;
    return (discounts ?? stored.get(orderId) ?? []).map(({ discountId }) => ({
      orderId,
      discountId,
      customerId,
    }));
  });
  const released = orders.flatMap(({ orderId, useEffect }) =>
    useEffect?.kind === 'release' ? orderId : [],
  );
  return [
    ...(released.length === 0 ? [] : [releaseUses(tx, released)]),
    ...(held.length === 0 ? [] : [holdUses(tx, held)]),
  ];
}
