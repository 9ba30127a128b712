import type { ItemOf, Money } from '../shared/api.ts';

export type Product = ItemOf<'listProducts'>;
/** What a line of the cart copies from the menu. */
export type Dish = Pick<Product, 'id' | 'sku' | 'name' | 'price'>;

/** A dish in the cart and its quantity. It has no sums, because these come from the server. */
export interface CartLine {
  readonly sku: string;
  readonly productId: string;
  readonly name: string;
  readonly quantity: number;
  /** As last shown by the menu or the cart on the server. */
  readonly unitPrice: Money;
}

/** Returns the lines with a new quantity of one dish; 0 removes it. */
export function withQuantity(
  lines: readonly CartLine[],
  { id, sku, name, price }: Dish,
  quantity: number,
): readonly CartLine[] {
  const line = { sku, productId: id, name, quantity, unitPrice: price };
  const isKnown = lines.some((other) => other.sku === sku);
  const changed = isKnown
    ? lines.map((other) => (other.sku === sku ? line : other))
    : [...lines, line];
  return changed.filter((other) => other.quantity > 0);
}
