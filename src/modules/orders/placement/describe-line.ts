import type { Modifier } from '../../catalog/index.ts';
import type { UnpricedLine } from './find-line.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { PriceList } from './price-list.ts';
import type { RequestedLine } from './request.ts';

/** Finds a modifier of the shop by its code. */
export type FindModifier = (code: string) => Modifier | undefined;

/** Creates the function that finds the modifiers of a price list. The first call collects them. */
export function createModifierFinder({ groups }: Pick<PriceList, 'groups'>): FindModifier {
  let byCode: ReadonlyMap<string, Modifier> | null = null;
  return (code) => {
    byCode ??= new Map(
      [...groups.values()].flatMap(({ modifiers }) =>
        modifiers.map((modifier) => [modifier.code, modifier] as const),
      ),
    );
    return byCode.get(code);
  };
}

/**
 * Describes a line that cannot be ordered, with what is known of its product and modifiers: a modifier that no longer
 * exists has its code as its name and no price. The product must be among the facts.
 */
export function describeLine(
  line: RequestedLine,
  { productsById }: Pick<PlacementFacts, 'productsById'>,
  findModifier: FindModifier,
): UnpricedLine {
  const product = productsById.get(line.productId ?? '')!;
  return {
    productId: product.id,
    sku: product.sku,
    name: product.name,
    quantity: line.quantity,
    basePriceMinor: product.priceMinor,
    modifiers: line.modifiers.map(({ code, quantity }) => {
      const { name = code, priceMinor: unitPriceMinor = 0 } = findModifier(code) ?? {};
      return { code, name, quantity, unitPriceMinor };
    }),
    note: line.note,
    category: product.category,
    taxCategory: product.taxCategory,
  };
}
