import type { LineToPrice, OrderToPrice } from '../../../src/modules/pricing/index.ts';
import type { DiscountRule } from '../../../src/modules/pricing/rules.ts';
import { type ExactBill, exactBill, exactSubtotal, matchesExactly } from './exact-bill.ts';

/**
 * An independent choice of the discounts of an order, written from the contract: all that combine, those of them that
 * are named, or one that does not combine, whichever costs least; in a tie the set with the older discount, and then the
 * larger one. Automatic discounts alone apply only if they cost no more than none.
 */
export function exactChoice(order: OrderToPrice<LineToPrice>): ExactBill {
  const subtotal = exactSubtotal(order);
  const usable = order.rules.discounts.filter(
    (rule) =>
      rule.active &&
      (rule.startsAt === null || rule.startsAt <= order.now) &&
      (rule.endsAt === null || order.now < rule.endsAt) &&
      subtotal >= BigInt(rule.minimumSubtotalMinor ?? 0) &&
      rule.usesLeft !== 0 &&
      rule.customerUsesLeft !== 0 &&
      (order.isFirstOrder || !rule.firstOrderOnly) &&
      order.lines.some((line) => matchesExactly(rule, line)),
  );
  const combining = usable.filter(({ combines }) => combines);
  const sets = [combining, combining.filter(({ code }) => code !== null)];
  for (const rule of usable) if (!rule.combines) sets.push([rule]);
  const candidates = sets
    .map((set) => exactBill({ ...order, tipMinor: 0 }, set))
    .filter(({ discounts }) => discounts.length > 0)
    .filter(
      ({ discounts, total }) =>
        usable.some(({ code, name }) => code !== null && discounts.some(([one]) => one === name)) ||
        total <= exactBill({ ...order, tipMinor: 0 }, []).total,
    );
  const age = ({ discounts }: ExactBill) =>
    usable.findIndex(({ name }: DiscountRule) => name === discounts[0]![0]);
  candidates.sort((a, b) => (a.total === b.total ? age(a) - age(b) : a.total < b.total ? -1 : 1));
  const names = new Set(candidates[0]?.discounts.map(([name]) => name));
  return exactBill(
    order,
    usable.filter(({ name }) => names.has(name)),
  );
}
