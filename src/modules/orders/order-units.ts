import type { StockLine } from '../inventory/index.ts';

/** A line with what determines its units. */
export interface LineUnits extends StockLine {
  readonly modifiers: readonly {
    readonly quantity: number;
    readonly productId?: string | null;
  }[];
}

/**
 * Returns the units of stock that lines reserve: those of their products, and for each unit those of modifiers that are
 * products too.
 */
export function listUnits(lines: readonly LineUnits[]): readonly StockLine[] {
  if (!lines.some(hasStockedModifier)) return lines;
  return lines.flatMap((line) => [
    line,
    ...line.modifiers.flatMap(({ productId, quantity }) =>
      productId ? { productId, quantity: line.quantity * quantity } : [],
    ),
  ]);
}

function hasStockedModifier({ modifiers }: LineUnits): boolean {
  return modifiers.some(({ productId }) => Boolean(productId));
}
