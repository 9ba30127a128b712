import {
  addSums,
  type ImportedOrder,
  noSums,
  type OrderSums,
} from '../../../modules/orders/index.ts';
import { pricePlainOrder, requirePriced } from '../../../modules/pricing/index.ts';
import { formatDecimal } from '../../../shared/money.ts';
import { includedTax } from './included-tax.ts';

/** A product as the replay needs it on the server. */
export interface PlannedProduct {
  readonly key: string;
  readonly name: string;
  /** Null: found by its name. */
  readonly sku: string | null;
  /** The price in its first order. */
  readonly priceMinor: number;
  /** The units in all orders. */
  readonly units: number;
}

export interface PlannedLine {
  readonly key: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface PlannedOrder {
  readonly number: string;
  readonly atMs: number;
  readonly lines: readonly PlannedLine[];
  readonly totalMinor: number;
  /** The tax that the total includes. */
  readonly taxMinor: number;
}

export interface Plan {
  /** By time; orders of the same time in the order of the file. */
  readonly orders: readonly PlannedOrder[];
  readonly products: readonly PlannedProduct[];
  readonly sums: OrderSums;
}

/**
 * Plans which products and orders to send. A product has one price at a time, but some old orders name a dish twice at
 * two prices: the second price becomes a separate product, so that these totals are right too.
 * `taxParts`: the tax that prices include, in parts of a million of the price without it.
 */
export function planReplay(
  orders: readonly ImportedOrder[],
  currency: string,
  taxParts = 0n,
): Plan {
  const products = new Map<string, PlannedProduct>();
  const byTime = orders.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const planned = byTime.map(({ number, createdAt, lines }): PlannedOrder => {
    const prices = new Map<string, number>();
    const plannedLines = lines.map(({ name, sku, quantity, unitPriceMinor }): PlannedLine => {
      const identity = sku ?? name;
      const firstPrice = prices.get(identity) ?? unitPriceMinor;
      prices.set(identity, firstPrice);
      const isVariant = firstPrice !== unitPriceMinor;
      const price = formatDecimal(unitPriceMinor, currency);
      const key = isVariant ? `${identity} at ${price}` : identity;
      const known = products.get(key);
      products.set(key, {
        key,
        name: isVariant ? `${name} at ${price}` : name,
        sku: sku === null ? null : isVariant ? `${sku}-AT-${price}` : sku,
        priceMinor: known?.priceMinor ?? unitPriceMinor,
        units: (known?.units ?? 0) + quantity,
      });
      return { key, quantity, unitPriceMinor };
    });
    const { totalMinor } = requirePriced(pricePlainOrder({ currency, lines: plannedLines }));
    const taxMinor = includedTax(totalMinor, taxParts);
    return { number, atMs: createdAt.getTime(), lines: plannedLines, totalMinor, taxMinor };
  });
  return {
    orders: planned,
    products: [...products.values()],
    sums: addSums(...planned.map(toSums)),
  };
}

function toSums({ lines, totalMinor, taxMinor }: PlannedOrder): OrderSums {
  return {
    ...noSums,
    orders: 1,
    lines: lines.length,
    units: lines.reduce((units, { quantity }) => units + quantity, 0),
    taxesMinor: taxMinor,
    totalMinor,
  };
}
