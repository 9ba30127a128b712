import type { DiscountDefinition, DiscountRule } from './rules.ts';

/** How often a discount was used by orders that count. */
export interface DiscountUses {
  readonly uses: number;
  /** By orders of the customer. */
  readonly customerUses: number;
}

/** Returns a discount with its remaining uses. */
export function toDiscountRule(
  { usesMax, usesPerCustomerMax, createdAt: _, ...terms }: DiscountDefinition,
  { uses, customerUses }: DiscountUses,
): DiscountRule {
  return {
    ...terms,
    usesLeft: usesMax === null ? null : usesMax - uses,
    customerUsesLeft: usesPerCustomerMax === null ? null : usesPerCustomerMax - customerUses,
  };
}

/** Returns discounts in the order of their creation, in which they are taken off. */
export function sortDiscounts<Definition extends Pick<DiscountDefinition, 'id' | 'createdAt'>>(
  definitions: readonly Definition[],
): readonly Definition[] {
  return definitions.toSorted(
    (one, other) =>
      one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1),
  );
}
