import type { LineToPrice } from './price-lines.ts';
import type { DiscountRule } from './rules.ts';
import { matchesLine } from './take-discounts.ts';

/** Why a discount that was named does not apply. */
export const discountRefusalReasons = [
  'unknown',
  'inactive',
  'not_started',
  'expired',
  'minimum',
  'used_up',
  'used_by_customer',
  'not_first_order',
  'account_required',
  'not_combinable',
  'nothing_matches',
] as const;

export type DiscountRefusalReason = (typeof discountRefusalReasons)[number];

/** What decides whether a discount may be used. */
export interface DiscountFacts {
  readonly now: Date;
  readonly lines: readonly LineToPrice[];
  readonly subtotalMinor: number;
  /** Null: the order is of a guest, whose earlier orders nobody knows. */
  readonly isFirstOrder: boolean | null;
}

/** Returns why a discount may not be used, whatever the others are, or null if it may. */
export function screenDiscount(
  rule: DiscountRule,
  { now, lines, subtotalMinor, isFirstOrder }: DiscountFacts,
): DiscountRefusalReason | null {
  if (!rule.active) return 'inactive';
  if (rule.startsAt !== null && now < rule.startsAt) return 'not_started';
  if (rule.endsAt !== null && now >= rule.endsAt) return 'expired';
  if (rule.minimumSubtotalMinor !== null && subtotalMinor < rule.minimumSubtotalMinor) {
    return 'minimum';
  }
  if (rule.usesLeft !== null && rule.usesLeft <= 0) return 'used_up';
  if (isFirstOrder === null && dependsOnEarlierOrders(rule)) return 'account_required';
  if (rule.customerUsesLeft !== null && rule.customerUsesLeft <= 0) return 'used_by_customer';
  if (rule.firstOrderOnly && !isFirstOrder) return 'not_first_order';
  return matchesAnyLine(rule, lines) ? null : 'nothing_matches';
}

function dependsOnEarlierOrders({ customerUsesLeft, firstOrderOnly }: DiscountRule): boolean {
  return customerUsesLeft !== null || firstOrderOnly;
}

function matchesAnyLine({ effect }: DiscountRule, lines: readonly LineToPrice[]): boolean {
  if (effect.kind === 'FREE_DELIVERY' || effect.scope.kind === 'ORDER') return true;
  const { matches } = effect.scope;
  return lines.some((line) => matchesLine(matches, line));
}
