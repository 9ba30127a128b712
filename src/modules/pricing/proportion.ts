/** A fraction of two whole numbers, such as a rate of 8.875 % as 88,750 of 1,000,000. */
export interface Proportion {
  /** 0 or more. */
  readonly numerator: number;
  /** More than 0. */
  readonly denominator: number;
}

export const PERCENT_DECIMALS_MAX = 4;
/** What `percent` strings are counted in: four decimals of a percent. */
const PARTS_OF_A_WHOLE = 1_000_000;
const PERCENT = /^(\d{1,3})(?:\.(\d{1,4}))?$/;

/** Parses a percentage such as `8.875`, from 0 to 100 with at most four decimals. Returns null for any other text. */
export function parsePercent(text: string): Proportion | null {
  const [, whole, fraction = ''] = PERCENT.exec(text) ?? [];
  if (whole === undefined) return null;
  const numerator = Number(whole + fraction.padEnd(4, '0'));
  return numerator > PARTS_OF_A_WHOLE ? null : { numerator, denominator: PARTS_OF_A_WHOLE };
}

/** Parses a percentage that was checked when it was stored. */
export function requirePercent(text: string): Proportion {
  const share = parsePercent(text);
  if (share === null) throw new Error(`not a percentage: ${text}`);
  return share;
}

/** Formats a share as a percentage of at most this many decimals, rounded half up: `33.3` for a third and 1. */
export function formatPercent(share: Proportion, decimals: number): string {
  const parts = roundShare(100 * 10 ** decimals, share);
  const digits = String(parts).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Returns the share of a gross amount that is tax: 20/120 for a rate of 20/100. */
export function includedShare({ numerator, denominator }: Proportion): Proportion {
  return { numerator, denominator: denominator + numerator };
}

/** Returns an amount times a proportion, rounded half up to a whole minor unit. */
export function roundShare(amountMinor: number, share: Proportion): number {
  const { whole, rest } = divideShare(amountMinor, share);
  return rest * 2 >= share.denominator ? whole + 1 : whole;
}

/**
 * Splits `totalMinor` by weights, by largest remainder: each part is its exact share rounded down, and the units left
 * over go to the largest remainders, to the earlier part in a tie. The parts add up to the total. All weights are 0 or
 * more, and all parts are 0 if all weights are.
 */
export function apportion(totalMinor: number, weights: readonly number[]): readonly number[] {
  const denominator = weights.reduce((sum, weight) => sum + weight, 0);
  if (denominator === 0) return weights.map(() => 0);
  return distribute(
    totalMinor,
    weights.map((numerator) => divideShare(totalMinor, { numerator, denominator })),
  );
}

/**
 * Splits an amount that was rounded once for the sum of `amountsMinor` into what belongs to each of them, by largest
 * remainder.
 */
export function apportionShare(
  totalMinor: number,
  amountsMinor: readonly number[],
  share: Proportion,
): readonly number[] {
  return distribute(
    totalMinor,
    amountsMinor.map((amountMinor) => divideShare(amountMinor, share)),
  );
}

interface Division {
  readonly whole: number;
  /** Less than the denominator. */
  readonly rest: number;
}

function distribute(totalMinor: number, exact: readonly Division[]): readonly number[] {
  const parts = exact.map(({ whole }) => whole);
  let left = totalMinor - parts.reduce((sum, part) => sum + part, 0);
  if (left === 0) return parts;
  const byRemainder = [...exact.keys()].sort((a, b) => exact[b]!.rest - exact[a]!.rest || a - b);
  for (const index of byRemainder) {
    if (left === 0) break;
    parts[index]! += 1;
    left -= 1;
  }
  return parts;
}

/** Divides exactly. A product beyond the exact integers, which only huge orders reach, is computed with `BigInt`. */
function divideShare(amountMinor: number, { numerator, denominator }: Proportion): Division {
  const product = amountMinor * numerator;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % denominator;
    return { whole: (product - rest) / denominator, rest };
  }
  const exact = BigInt(amountMinor) * BigInt(numerator);
  const divisor = BigInt(denominator);
  return { whole: Number(exact / divisor), rest: Number(exact % divisor) };
}
