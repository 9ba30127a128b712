import type { GrossLine, LineToPrice } from './price-lines.ts';
import { apportion, roundShare } from './proportion.ts';
import type { DiscountRule, LineMatch } from './rules.ts';

/** What a set of discounts takes off the lines. */
export interface DiscountedLines {
  /** By discount, 0 for those that take nothing off lines. */
  readonly takenMinor: ReadonlyMap<DiscountRule, number>;
  /** What is left of each line. */
  readonly leftMinor: readonly number[];
  readonly subtotalMinor: number;
}

const nothing = new Map<DiscountRule, number>();

/**
 * Takes discounts off the lines: first those of lines, then those of the order, percentages before amounts, and within
 * a kind in the given order, each from what the ones before it left. Never takes more than is left.
 */
export function takeDiscounts(
  lines: readonly GrossLine<LineToPrice>[],
  discounts: readonly DiscountRule[],
): DiscountedLines {
  const leftMinor = lines.map(({ totalMinor }) => totalMinor);
  const takenMinor = discounts.length === 0 ? nothing : new Map<DiscountRule, number>();
  for (const [scope, kind] of sequence) {
    for (const discount of discounts) {
      const { effect } = discount;
      if (effect.kind !== kind || effect.scope.kind !== scope) continue;
      const parts =
        effect.scope.kind === 'LINES'
          ? partsOfLines(lines, leftMinor, effect, effect.scope.matches)
          : partsOfOrder(leftMinor, effect);
      parts.forEach((part, index) => {
        leftMinor[index]! -= part;
      });
      takenMinor.set(discount, sum(parts));
    }
  }
  return { takenMinor, leftMinor, subtotalMinor: sum(leftMinor) };
}

const sequence = [
  ['LINES', 'PERCENT'],
  ['LINES', 'AMOUNT'],
  ['ORDER', 'PERCENT'],
  ['ORDER', 'AMOUNT'],
] as const;

type PriceEffect = Exclude<DiscountRule['effect'], { kind: 'FREE_DELIVERY' }>;

/** An amount is taken from each unit, so that splitting a line changes nothing about it. */
function partsOfLines(
  lines: readonly GrossLine<LineToPrice>[],
  leftMinor: readonly number[],
  effect: PriceEffect,
  matches: LineMatch,
): readonly number[] {
  return lines.map((line, index) => {
    if (!matchesLine(matches, line)) return 0;
    const left = leftMinor[index]!;
    return effect.kind === 'PERCENT'
      ? roundShare(left, effect.share)
      : Math.min(effect.amountMinor * line.quantity, left);
  });
}

/** The amount is rounded once, and apportioned by the remaining amount of each line. */
function partsOfOrder(leftMinor: readonly number[], effect: PriceEffect): readonly number[] {
  const left = sum(leftMinor);
  const takenMinor =
    effect.kind === 'PERCENT' ? roundShare(left, effect.share) : Math.min(effect.amountMinor, left);
  return apportion(takenMinor, leftMinor);
}

export function matchesLine(match: LineMatch, { sku, category }: LineToPrice): boolean {
  switch (match.kind) {
    case 'all':
      return true;
    case 'skus':
      return sku !== null && match.skus.has(sku);
    case 'categories':
      return category !== null && match.categories.has(category);
  }
}

function sum(amountsMinor: readonly number[]): number {
  let totalMinor = 0;
  for (const amountMinor of amountsMinor) totalMinor += amountMinor;
  return totalMinor;
}
