import { addMinor, timesMinor } from '../../shared/money.ts';

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

/** Returns the lines with their totals before discounts, or null if they cost more than an order may. */
export function priceLines<Line extends LineToPrice>(
  lines: readonly Line[],
): GrossLines<Line> | null {
  const priced: GrossLine<Line>[] = [];
  let subtotalMinor = 0;
  for (const line of lines) {
    const unitPriceMinor = priceUnit(line);
    const totalMinor = timesMinor(unitPriceMinor, line.quantity);
    const sumMinor = totalMinor === null ? null : addMinor(subtotalMinor, totalMinor);
    if (totalMinor === null || sumMinor === null) return null;
    subtotalMinor = sumMinor;
    priced.push({ ...line, unitPriceMinor, totalMinor });
  }
  return { lines: priced, subtotalMinor };
}

/** Returns the price of one unit with its modifiers. */
export function priceUnit({
  basePriceMinor,
  modifiers,
}: Pick<LineToPrice, 'basePriceMinor' | 'modifiers'>): number {
  let unitPriceMinor = basePriceMinor;
  for (const modifier of modifiers) unitPriceMinor += modifier.quantity * modifier.unitPriceMinor;
  return unitPriceMinor;
}
