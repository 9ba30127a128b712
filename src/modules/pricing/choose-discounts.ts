import { type BillInput, buildBill } from './build-bill.ts';
import { normaliseCode } from './discount-code.ts';
import type { LineToPrice } from './price-lines.ts';
import type { DiscountRule, PricingRules } from './rules.ts';
import { type DiscountRefusalReason, screenDiscount } from './screen-discounts.ts';

export interface RefusedCode {
  readonly code: string;
  readonly reason: DiscountRefusalReason;
}

export interface ChosenDiscounts {
  /** In the order of the rules. */
  readonly discounts: readonly DiscountRule[];
  readonly refusedCodes: readonly RefusedCode[];
}

export interface DiscountChoice extends Omit<BillInput<LineToPrice>, 'discounts' | 'tipMinor'> {
  readonly rules: PricingRules;
  readonly now: Date;
  readonly isFirstOrder: boolean;
}

const none: ChosenDiscounts = { discounts: [], refusedCodes: [] };

/**
 * Chooses the discounts of an order, and explains why each named code that is left out does not apply. Either all that
 * combine apply, or exactly one that does not: whichever takes most off the total, and in a tie the set with the older
 * discount. Automatic discounts never make an order dearer, which they could where a charge depends on the subtotal: a
 * set without a named code may not cost more than no discount, and the named codes that combine are also tried without
 * the automatic discounts. A code applies as the customer asked. Source of the rule: Shopify, "Combining discounts".
 */
export function chooseDiscounts(codes: readonly string[], choice: DiscountChoice): ChosenDiscounts {
  const { rules, gross } = choice;
  if (rules.discounts.length === 0 && codes.length === 0) return none;
  const reasons = new Map<DiscountRule, DiscountRefusalReason>();
  const facts = { ...choice, lines: gross.lines, subtotalMinor: gross.subtotalMinor };
  for (const rule of rules.discounts) {
    const reason = screenDiscount(rule, facts);
    if (reason !== null) reasons.set(rule, reason);
  }
  const usable = rules.discounts.filter((rule) => !reasons.has(rule));
  const discounts = chooseSet(usable, choice);
  const byCode = new Map(
    rules.discounts.map((rule) => [rule.code === null ? null : normaliseCode(rule.code), rule]),
  );
  const refusedCodes = codes.flatMap((code) => {
    const rule = byCode.get(normaliseCode(code));
    if (rule === undefined) return { code, reason: 'unknown' as const };
    if (discounts.includes(rule)) return [];
    return { code, reason: reasons.get(rule) ?? reasonOfUnchosen(rule, choice) };
  });
  return { discounts, refusedCodes };
}

/** Returns the discounts of the best set that take effect: free delivery does only where delivery is charged. */
function chooseSet(
  usable: readonly DiscountRule[],
  choice: DiscountChoice,
): readonly DiscountRule[] {
  const price = (discounts: readonly DiscountRule[]) =>
    buildBill({ ...choice, discounts, tipMinor: 0 });
  const undiscountedMinor = usable.some(isAutomatic) ? price([]).totalMinor : 0;
  let best: { discounts: readonly DiscountRule[]; totalMinor: number; age: number } | null = null;
  for (const set of listSets(usable)) {
    const bill = price(set);
    const discounts = bill.discounts.map(({ rule }) => rule);
    if (discounts.length === 0) continue;
    const { totalMinor } = bill;
    if (totalMinor > undiscountedMinor && discounts.every(isAutomatic)) continue;
    const age = usable.indexOf(discounts[0]!);
    const isBetter =
      best === null ||
      totalMinor < best.totalMinor ||
      (totalMinor === best.totalMinor && age < best.age);
    if (isBetter) best = { discounts, totalMinor, age };
  }
  return best?.discounts ?? [];
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

function reasonOfUnchosen(rule: DiscountRule, choice: DiscountChoice): DiscountRefusalReason {
  const alone = buildBill({ ...choice, discounts: [rule], tipMinor: 0 });
  return alone.discounts.length === 0 ? 'nothing_matches' : 'not_combinable';
}
