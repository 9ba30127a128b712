import { addMinor, TOTAL_MINOR_MAX, timesMinor } from '../../shared/money.ts';

export interface PricedModifier {
  /** Units chosen for one unit of the line, 1 or more. */
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** One line to price. Its other members are preserved. */
export interface LineToPrice {
  /** Null: it has none, as in some imported orders. */
  readonly sku: string | null;
  /** Units, 1 or more. */
  readonly quantity: number;
  /** The price of one unit without its modifiers, 0 or more. */
  readonly basePriceMinor: number;
  readonly modifiers: readonly PricedModifier[];
  /** The product's menu section. */
  readonly category: string | null;
  readonly taxCategory: string;
}

export type GrossLine<Line extends LineToPrice> = Line & {
  /** The price of one unit with its modifiers. */
  readonly unitPriceMinor: number;
  /** Quantity times unit price. */
  readonly totalMinor: number;
};

export interface GrossLines<Line extends LineToPrice> {
  readonly lines: readonly GrossLine<Line>[];
  readonly subtotalMinor: number;
}

/** Returns the lines with their totals before discounts, or null if they cost more than `TOTAL_MINOR_MAX`. */
export function priceLines<Line extends LineToPrice>(
  lines: readonly Line[],
): GrossLines<Line> | null {
  const priced: GrossLine<Line>[] = [];
  let subtotalMinor = 0;
  for (const line of lines) {
    const unitPriceMinor = addModifiers(line);
    const totalMinor = timesMinor(unitPriceMinor, line.quantity);
    const sumMinor = totalMinor === null ? null : addMinor(subtotalMinor, totalMinor);
    if (totalMinor === null || sumMinor === null) return null;
    subtotalMinor = sumMinor;
    priced.push({ ...line, unitPriceMinor, totalMinor });
  }
  return { lines: priced, subtotalMinor };
}

/**
 * Returns one line with its total before discounts, at most `TOTAL_MINOR_MAX`, for a line that is shown but is part of no
 * order.
 */
export function priceLineAlone<Line extends LineToPrice>(line: Line): GrossLine<Line> {
  const unitPriceMinor = addModifiers(line);
  const totalMinor = timesMinor(unitPriceMinor, line.quantity) ?? TOTAL_MINOR_MAX;
  return { ...line, unitPriceMinor, totalMinor };
}

/** Returns the price of one unit with its modifiers. */
function addModifiers({ basePriceMinor, modifiers }: LineToPrice): number {
  let unitPriceMinor = basePriceMinor;
  for (const modifier of modifiers) unitPriceMinor += modifier.quantity * modifier.unitPriceMinor;
  return unitPriceMinor;
}
