import type { UnpricedLine } from './find-line.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { RequestedLine } from './request.ts';

/**
 * Describes a line that cannot be ordered, with what is known of its product and modifiers: a modifier that no longer
 * exists has its code as its name and no price. The product must be among the facts.
 */
export function describeLine(line: RequestedLine, facts: PlacementFacts): UnpricedLine {
  const product = facts.productsById.get(line.productId ?? '')!;
  const known = new Map(
    line.modifiers.length === 0
      ? []
      : [...facts.list.groups.values()].flatMap(({ modifiers }) =>
          modifiers.map((modifier) => [modifier.code, modifier] as const),
        ),
  );
  return {
    productId: product.id,
    sku: product.sku,
    name: product.name,
    quantity: line.quantity,
    basePriceMinor: product.priceMinor,
    modifiers: line.modifiers.map(({ code, quantity }) => {
      const { name = code, priceMinor: unitPriceMinor = 0 } = known.get(code) ?? {};
      return { code, name, quantity, unitPriceMinor };
    }),
    note: line.note,
    category: product.category,
    taxCategory: product.taxCategory,
  };
}
