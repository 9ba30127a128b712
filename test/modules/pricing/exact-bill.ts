import type { LineToPrice, OrderToPrice } from '../../../src/modules/pricing/index.ts';
import type { DiscountRule } from '../../../src/modules/pricing/rules.ts';

/**
 * An independent calculation of a bill for a given set of discounts, in exact fractions, written from the contract. It
 * shares nothing with the product but its types.
 */
export interface ExactBill {
  readonly discountOfLine: readonly bigint[];
  readonly taxOfItem: readonly bigint[];
  readonly discounts: readonly bigint[];
  readonly charges: readonly bigint[];
  readonly taxes: readonly (readonly [base: bigint, amount: bigint])[];
  readonly total: bigint;
}

interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

const times = (amount: bigint, { n, d }: Fraction): Fraction => ({ n: amount * n, d });
const floor = ({ n, d }: Fraction): bigint => n / d;
const halfUp = ({ n, d }: Fraction): bigint => (2n * n + d) / (2n * d);
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

/** Hands the units that rounding down left over to the largest fractions, to the earlier one in a tie. */
function largestRemainder(total: bigint, shares: readonly Fraction[]): bigint[] {
  const parts = shares.map(floor);
  const given = new Set<number>();
  for (let left = total - sum(parts); left > 0n; left -= 1n) {
    let best = -1;
    shares.forEach((share, index) => {
      if (given.has(index)) return;
      if (best < 0) best = index;
      const rest = (share.n % share.d) * shares[best]!.d;
      if (rest > (shares[best]!.n % shares[best]!.d) * share.d) best = index;
    });
    given.add(best);
    parts[best]! += 1n;
  }
  return parts;
}

const fraction = (share: { numerator: number; denominator: number }): Fraction => ({
  n: BigInt(share.numerator),
  d: BigInt(share.denominator),
});

export function exactBill(
  order: OrderToPrice<LineToPrice>,
  discounts: readonly DiscountRule[],
): ExactBill {
  const { rules, destination } = order;
  const totals = order.lines.map(
    (line) =>
      BigInt(line.quantity) *
      line.modifiers.reduce(
        (price, modifier) => price + BigInt(modifier.quantity) * BigInt(modifier.unitPriceMinor),
        BigInt(line.basePriceMinor),
      ),
  );
  const left = [...totals];
  const taken = new Map<DiscountRule, bigint>();
  for (const step of ['LINES PERCENT', 'LINES AMOUNT', 'ORDER PERCENT', 'ORDER AMOUNT']) {
    for (const rule of discounts) {
      const { effect } = rule;
      if (effect.kind === 'FREE_DELIVERY') continue;
      const { scope } = effect;
      if (`${scope.kind} ${effect.kind}` !== step) continue;
      let parts: bigint[];
      if (scope.kind === 'LINES') {
        parts = order.lines.map((line, index) => {
          const { matches } = scope;
          const isMatched =
            matches.kind === 'all' ||
            (matches.kind === 'skus' && matches.skus.has(line.sku ?? '')) ||
            (matches.kind === 'categories' && matches.categories.has(line.category ?? ''));
          if (!isMatched) return 0n;
          if (effect.kind === 'PERCENT') return halfUp(times(left[index]!, fraction(effect.share)));
          const wanted = BigInt(effect.amountMinor) * BigInt(line.quantity);
          return wanted < left[index]! ? wanted : left[index]!;
        });
      } else {
        const all = sum(left);
        const wanted =
          effect.kind === 'PERCENT'
            ? halfUp(times(all, fraction(effect.share)))
            : BigInt(effect.amountMinor);
        const amount = wanted < all ? wanted : all;
        parts =
          all === 0n
            ? left.map(() => 0n)
            : largestRemainder(
                amount,
                left.map((one) => ({ n: amount * one, d: all })),
              );
      }
      parts.forEach((part, index) => {
        left[index]! -= part;
      });
      taken.set(rule, sum(parts));
    }
  }
  const discounted = sum(left);

  const forType = rules.charges.filter(({ kind, fulfilmentTypes }) =>
    fulfilmentTypes === null
      ? kind !== 'DELIVERY' || destination.fulfilmentType === 'DELIVERY'
      : fulfilmentTypes.includes(destination.fulfilmentType),
  );
  const due = forType.filter(
    ({ belowSubtotalMinor: below, freeFromMinor: free }) =>
      (below === null || discounted < BigInt(below)) &&
      (free === null || discounted < BigInt(free)),
  );
  const delivery = due.find(({ kind }) => kind === 'DELIVERY');
  const charges = due.filter((rule) => rule.kind !== 'DELIVERY' || rule === delivery);
  const amounts = charges.map(({ price }) =>
    price.kind === 'amount'
      ? BigInt(price.amountMinor)
      : halfUp(times(discounted, fraction(price.share))),
  );
  const isFree = discounts.some(({ effect }) => effect.kind === 'FREE_DELIVERY');
  const paid = amounts.map((amount, index) =>
    isFree && charges[index] === delivery ? 0n : amount,
  );

  const items = [
    ...order.lines.map(({ taxCategory }, index) => ({ taxCategory, amount: left[index]! })),
    ...charges.map(({ taxCategory }, index) => ({ taxCategory, amount: paid[index]! })),
  ];
  const taxOfItem = items.map(() => 0n);
  const taxes: [bigint, bigint][] = [];
  for (const { share, taxCategory, fulfilmentTypes } of rules.taxRates) {
    if (fulfilmentTypes !== null && !fulfilmentTypes.includes(destination.fulfilmentType)) continue;
    const taxed = [...items.keys()].filter((index) => items[index]!.taxCategory === taxCategory);
    if (taxed.length === 0) continue;
    const rate = fraction(share);
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
      if (rule.effect.kind !== 'FREE_DELIVERY') return taken.get(rule)!;
      return delivery === undefined ? [] : amounts[charges.indexOf(delivery)]!;
    }),
    charges: amounts,
    taxes,
    total: discounted + sum(paid) + onTop + BigInt(order.tipMinor),
  };
}
