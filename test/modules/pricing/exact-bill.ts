import type { LineToPrice, OrderToPrice } from '../../../src/modules/pricing/index.ts';
import type { ChargeRule, DiscountRule } from '../../../src/modules/pricing/rules.ts';
import { type Fraction, halfUp, largestRemainder, sum, times } from './exact-fractions.ts';

/**
 * An independent calculation of a bill for a given set of discounts, in exact fractions, written from the contract. It
 * shares nothing with the product but its types.
 */
export interface ExactBill {
  readonly discountOfLine: readonly bigint[];
  readonly taxOfItem: readonly bigint[];
  readonly discounts: readonly (readonly [name: string, amount: bigint])[];
  readonly charges: readonly (readonly [name: string, amount: bigint])[];
  readonly taxes: readonly (readonly [base: bigint, amount: bigint])[];
  readonly total: bigint;
}

/** Parses `8.875` as 8875/100000. */
function fractionOfPercent(percent: string): Fraction {
  const [whole = '', decimals = ''] = percent.split('.');
  return { n: BigInt(whole + decimals), d: 100n * 10n ** BigInt(decimals.length) };
}

const fractionOf = (share: { numerator: number; denominator: number }): Fraction => ({
  n: BigInt(share.numerator),
  d: BigInt(share.denominator),
});

const min = (a: bigint, b: bigint) => (a < b ? a : b);

export function exactBill(
  order: OrderToPrice<LineToPrice>,
  discounts: readonly DiscountRule[],
): ExactBill {
  const { rules, destination } = order;
  const totals = order.lines.map(exactTotal);
  const { left, taken } = discountLines(order, totals, discounts);
  const discounted = sum(left);

  const charges = dueCharges(order, discounted);
  const amounts = charges.map(({ price }) =>
    price.kind === 'amount'
      ? BigInt(price.amountMinor)
      : halfUp(times(discounted, fractionOf(price.share))),
  );
  const delivery = charges.findIndex(({ kind }) => kind === 'DELIVERY');
  const freeing = discounts.find(({ effect }) => effect.kind === 'FREE_DELIVERY');
  const paid = amounts.map((amount, index) => (freeing && index === delivery ? 0n : amount));

  const items = [
    ...order.lines.map(({ taxCategory }, index) => ({ taxCategory, amount: left[index]! })),
    ...charges.map(({ taxCategory }, index) => ({ taxCategory, amount: paid[index]! })),
  ];
  const taxOfItem = items.map(() => 0n);
  const taxes: [bigint, bigint][] = [];
  for (const { percent, taxCategory, fulfilmentTypes } of rules.taxRates) {
    if (fulfilmentTypes !== null && !fulfilmentTypes.includes(destination.fulfilmentType)) continue;
    const taxed = [...items.keys()].filter((index) => items[index]!.taxCategory === taxCategory);
    if (taxed.length === 0) continue;
    const rate = fractionOfPercent(percent);
    const part = rules.pricesIncludeTax ? { n: rate.n, d: rate.d + rate.n } : rate;
    const base = sum(taxed.map((index) => items[index]!.amount));
    const amount = halfUp(times(base, part));
    const parts = largestRemainder(
      amount,
      taxed.map((index) => times(items[index]!.amount, part)),
    );
    taxed.forEach((index, position) => {
      taxOfItem[index] = parts[position]!;
    });
    taxes.push([base, amount]);
  }
  const onTop = rules.pricesIncludeTax ? 0n : sum(taxes.map(([, amount]) => amount));
  return {
    discountOfLine: totals.map((total, index) => total - left[index]!),
    taxOfItem,
    discounts: discounts.flatMap((rule) => {
      if (rule.effect.kind !== 'FREE_DELIVERY') return [[rule.name, taken.get(rule)!] as const];
      return rule === freeing && delivery >= 0 ? [[rule.name, amounts[delivery]!] as const] : [];
    }),
    charges: charges.map(({ name }, index) => [name, amounts[index]!] as const),
    taxes,
    total: discounted + sum(paid) + onTop + BigInt(order.tipMinor),
  };
}

function exactTotal({ quantity, basePriceMinor, modifiers }: LineToPrice): bigint {
  let price = BigInt(basePriceMinor);
  for (const one of modifiers) price += BigInt(one.quantity) * BigInt(one.unitPriceMinor);
  return BigInt(quantity) * price;
}

export function exactSubtotal({ lines }: OrderToPrice<LineToPrice>): bigint {
  return sum(lines.map(exactTotal));
}

export function matchesExactly(rule: DiscountRule, { sku, category }: LineToPrice): boolean {
  const { effect } = rule;
  if (effect.kind === 'FREE_DELIVERY' || effect.scope.kind === 'ORDER') return true;
  const { matches } = effect.scope;
  if (matches.kind === 'skus') return matches.skus.has(sku ?? '');
  return matches.kind === 'all' || (category !== null && matches.categories.has(category));
}

function discountLines(
  { lines }: OrderToPrice<LineToPrice>,
  totals: readonly bigint[],
  discounts: readonly DiscountRule[],
) {
  const left = [...totals];
  const taken = new Map<DiscountRule, bigint>();
  for (const step of ['LINES PERCENT', 'LINES AMOUNT', 'ORDER PERCENT', 'ORDER AMOUNT']) {
    for (const rule of discounts) {
      const { effect } = rule;
      if (effect.kind === 'FREE_DELIVERY') continue;
      if (`${effect.scope.kind} ${effect.kind}` !== step) continue;
      let parts: bigint[];
      if (effect.scope.kind === 'LINES') {
        parts = lines.map((line, index) => {
          if (!matchesExactly(rule, line)) return 0n;
          return effect.kind === 'PERCENT'
            ? halfUp(times(left[index]!, fractionOf(effect.share)))
            : min(BigInt(effect.amountMinor) * BigInt(line.quantity), left[index]!);
        });
      } else {
        const all = sum(left);
        const amount =
          effect.kind === 'PERCENT'
            ? halfUp(times(all, fractionOf(effect.share)))
            : min(BigInt(effect.amountMinor), all);
        const shares = left.map((one) => ({ n: amount * one, d: all }));
        parts = all === 0n ? left.map(() => 0n) : largestRemainder(amount, shares);
      }
      parts.forEach((part, index) => {
        left[index]! -= part;
      });
      taken.set(rule, sum(parts));
    }
  }
  return { left, taken };
}

/** The charges of an order. The nearest DELIVERY charges are decided first, then which of them is due. */
function dueCharges(
  { rules, destination }: OrderToPrice<LineToPrice>,
  discounted: bigint,
): readonly ChargeRule[] {
  const forType = rules.charges.filter(({ kind, fulfilmentTypes }) =>
    (fulfilmentTypes ?? (kind === 'DELIVERY' ? ['DELIVERY'] : [destination.fulfilmentType])).some(
      (type) => type === destination.fulfilmentType,
    ),
  );
  // Every code of the random orders is British or has no blank, so a blank before the last three characters does.
  const code = destination.postalCode?.toUpperCase().replace(/\s*(\d[A-Z]{2})$/, ' $1') ?? null;
  const reach = ({ postalArea }: ChargeRule) => {
    if (postalArea === null) return 0;
    const found = [...postalArea.british].filter((prefix) => code?.startsWith(prefix) ?? false);
    return Math.max(-1, ...found.map((prefix) => prefix.length));
  };
  const deliveries = forType.filter(({ kind }) => kind === 'DELIVERY');
  const furthest = Math.max(0, ...deliveries.map(reach));
  const isDue = ({ belowSubtotalMinor: below, freeFromMinor: free }: ChargeRule) =>
    (below === null || discounted < BigInt(below)) && (free === null || discounted < BigInt(free));
  const delivery = deliveries.filter((rule) => reach(rule) === furthest).find(isDue);
  return forType.filter((rule) => (rule.kind === 'DELIVERY' ? rule === delivery : isDue(rule)));
}
