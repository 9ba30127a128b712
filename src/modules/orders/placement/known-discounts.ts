import {
  type CountedDiscount,
  type DiscountRule,
  normaliseCode,
  type RefusedCode,
  sortDiscounts,
  toDiscountRule,
} from '../../pricing/index.ts';
import type { Buyer } from './buyer.ts';

/** The discounts that a set of orders may use, and how much they are used. */
export interface KnownDiscounts {
  /** Those that apply without a code, and those whose code an order names. */
  readonly discounts: readonly CountedDiscount[];
  /** Uses by `customerUseKey`. */
  readonly customerUses: ReadonlyMap<string, number>;
  /** The customers who have an order that was placed and not cancelled. */
  readonly returning: ReadonlySet<string>;
}

export const noDiscounts: KnownDiscounts = {
  discounts: [],
  customerUses: new Map(),
  returning: new Set(),
};

const noRules: readonly DiscountRule[] = [];

export function customerUseKey(customerId: string, discountId: string): string {
  return `${customerId} ${discountId}`;
}

/** Counts the uses of discounts while a set of orders is decided one after the other. A customer who is null is new. */
export interface UseCounter {
  /** Returns the discounts that may apply to the next order of a customer, in the order of creation. */
  listRules(customerId: string | null, codes: readonly string[]): readonly DiscountRule[];
  /** Null: nobody knows. */
  isFirstOrder(buyer: Buyer): boolean | null;
  /** Counts an order as placed, with the discounts that it uses. */
  countOrder(customerId: string, discountIds: readonly string[]): void;
}

export function createUseCounter({ discounts, ...known }: KnownDiscounts): UseCounter {
  const sorted = sortDiscounts(discounts);
  const uses = new Map(sorted.map((discount) => [discount.id, discount.uses]));
  const customerUses = new Map(known.customerUses);
  const returning = new Set(known.returning);
  return {
    listRules(customerId, codes) {
      if (sorted.length === 0) return noRules;
      const named = new Set(codes.map(normaliseCode));
      return sorted
        .filter(({ code }) => code === null || named.has(normaliseCode(code)))
        .map((discount) =>
          toDiscountRule(discount, {
            uses: uses.get(discount.id)!,
            customerUses:
              customerId === null
                ? 0
                : (customerUses.get(customerUseKey(customerId, discount.id)) ?? 0),
          }),
        );
    },
    isFirstOrder({ customerId, guest }) {
      if (guest !== null) return null;
      return customerId === null || !returning.has(customerId);
    },
    countOrder(customerId, discountIds) {
      returning.add(customerId);
      for (const id of discountIds) {
        const key = customerUseKey(customerId, id);
        uses.set(id, (uses.get(id) ?? 0) + 1);
        customerUses.set(key, (customerUses.get(key) ?? 0) + 1);
      }
    },
  };
}

/** Returns the codes that name no discount: all that an order may not have when it is accepted to be placed later. */
export function listUnknownCodes(refusedCodes: readonly RefusedCode[]): readonly RefusedCode[] {
  return refusedCodes.filter(({ reason }) => reason === 'unknown');
}
