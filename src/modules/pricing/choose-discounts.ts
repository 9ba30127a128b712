import { type Bill, type BillInput, buildBill } from './build-bill.ts';
import { normaliseCode } from './discount-code.ts';
import type { LineToPrice } from './price-lines.ts';
import type { DiscountRule, PricingRules } from './rules.ts';
import { type DiscountRefusalReason, screenDiscount } from './screen-discounts.ts';

export interface RefusedCode {
  readonly code: string;
  readonly reason: DiscountRefusalReason;
}

/** A bill with the discounts that apply. */
export interface ChosenBill<Line extends LineToPrice> {
  readonly bill: Bill<Line>;
  readonly refusedCodes: readonly RefusedCode[];
}

export interface DiscountChoice<Line extends LineToPrice>
  extends Omit<BillInput<Line>, 'discounts'> {
  readonly rules: PricingRules;
  readonly now: Date;
  /** Null: nobody knows. */
  readonly isFirstOrder: boolean | null;
}

const none: readonly never[] = [];

/**
 * Builds the bill of an order with the discounts that apply, and explains why each named code that is left out does not.
 * Either all that combine apply, or exactly one that does not: whichever takes most off the total, and in a tie the set
 * with the older discount. Automatic discounts never make an order dearer, which they could where a charge depends on
 * the subtotal: a set without a named code may not cost more than no discount, and the named codes that combine are also
 * tried without the automatic discounts. A code applies as the customer asked. Source of the rule: Shopify, "Combining
 * discounts".
 */
export function chooseDiscounts<Line extends LineToPrice>(
  codes: readonly string[],
  choice: DiscountChoice<Line>,
): ChosenBill<Line> {
  const { rules, gross, now, isFirstOrder } = choice;
  if (rules.discounts.length === 0 && codes.length === 0) {
    return { bill: buildBill({ ...choice, discounts: none }), refusedCodes: none };
  }
  const reasons = new Map<DiscountRule, DiscountRefusalReason>();
  const { lines, subtotalMinor } = gross;
  const facts = { now, isFirstOrder, lines, subtotalMinor };
  for (const rule of rules.discounts) {
    const reason = screenDiscount(rule, facts);
    if (reason !== null) reasons.set(rule, reason);
  }
  const usable = rules.discounts.filter((rule) => !reasons.has(rule));
  const bill = chooseBill(usable, choice);
  const refusedCodes = codes.flatMap((code) => {
    const wanted = normaliseCode(code);
    const rule = rules.discounts.find(
      (one) => one.code !== null && normaliseCode(one.code) === wanted,
    );
    if (rule === undefined) return { code, reason: 'unknown' as const };
    if (bill.discounts.some((applied) => applied.rule === rule)) return [];
    return { code, reason: reasons.get(rule) ?? reasonOfUnchosen(rule, choice) };
  });
  return { bill, refusedCodes };
}

/** Returns the bill of the best set that takes effect: free delivery does only where delivery is charged. */
function chooseBill<Line extends LineToPrice>(
  usable: readonly DiscountRule[],
  choice: DiscountChoice<Line>,
): Bill<Line> {
  const price = (discounts: readonly DiscountRule[]) => buildBill({ ...choice, discounts });
  const undiscounted = usable.some(isAutomatic) ? price(none) : null;
  let best: Bill<Line> | null = null;
  let bestAge = 0;
  for (const set of listSets(usable)) {
    const bill = price(set);
    const [oldest] = bill.discounts;
    if (oldest === undefined) continue;
    const isForced = bill.discounts.some(({ rule }) => !isAutomatic(rule));
    if (undiscounted !== null && bill.totalMinor > undiscounted.totalMinor && !isForced) continue;
    const age = usable.indexOf(oldest.rule);
    const isBetter =
      best === null ||
      bill.totalMinor < best.totalMinor ||
      (bill.totalMinor === best.totalMinor && age < bestAge);
    if (isBetter) [best, bestAge] = [bill, age];
  }
  return best ?? undiscounted ?? price(none);
}

function listSets(usable: readonly DiscountRule[]): readonly (readonly DiscountRule[])[] {
  const combining = usable.filter(({ combines }) => combines);
  const named = combining.filter((rule) => !isAutomatic(rule));
  const alone = usable.filter(({ combines }) => !combines).map((rule) => [rule]);
  const sets = named.length === combining.length ? [combining] : [combining, named];
  return [...sets.filter(({ length }) => length > 0), ...alone];
}

function isAutomatic({ code }: DiscountRule): boolean {
  return code === null;
}

function reasonOfUnchosen(
  rule: DiscountRule,
  choice: DiscountChoice<LineToPrice>,
): DiscountRefusalReason {
  const alone = buildBill({ ...choice, discounts: [rule] });
  return alone.discounts.length === 0 ? 'nothing_matches' : 'not_combinable';
}
