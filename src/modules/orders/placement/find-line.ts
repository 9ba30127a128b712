import {
  type ChosenModifier,
  chooseModifiers,
  type RefusedModifiers,
} from '../../catalog/index.ts';
import type { BilledModifier, LineToPrice } from '../../pricing/index.ts';
import type { PlacementFacts, PlacementProduct } from './placement-facts.ts';
import type { RequestedLine } from './request.ts';

/** An order line before it is priced. */
export interface UnpricedLine extends LineToPrice {
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly modifiers: readonly BilledModifier[];
  readonly note: string | null;
}

export type FoundLine =
  | { readonly kind: 'line'; readonly line: UnpricedLine }
  /** There is no such product, it is not for sale, or `sku` and `productId` name different ones. */
  | { readonly kind: 'unknown_product' }
  | RefusedModifiers;

const unknownProduct: FoundLine = { kind: 'unknown_product' };
const noModifiers: readonly BilledModifier[] = [];

/** Finds the product and the modifiers of a requested line as they are sold now. */
export function findLine(line: RequestedLine, facts: PlacementFacts): FoundLine {
  const product =
    line.productId === undefined
      ? facts.productsBySku.get(line.sku ?? '')
      : facts.productsById.get(line.productId);
  if (product === undefined || !product.active) return unknownProduct;
  if (line.sku !== undefined && line.sku !== product.sku) return unknownProduct;
  const modifiers = findModifiers(line, product, facts);
  if ('kind' in modifiers) return modifiers;
  return {
    kind: 'line',
    line: {
      productId: product.id,
      sku: product.sku,
      name: product.name,
      quantity: line.quantity,
      basePriceMinor: product.priceMinor,
      modifiers,
      note: line.note,
      category: product.category,
      taxCategory: product.taxCategory,
    },
  };
}

/** Returns the lines that can be priced. */
export function listFound(found: readonly FoundLine[]): UnpricedLine[] {
  const lines: UnpricedLine[] = [];
  for (const one of found) if (one.kind === 'line') lines.push(one.line);
  return lines;
}

function findModifiers(
  { modifiers: requested }: RequestedLine,
  { modifierGroupIds }: PlacementProduct,
  { list }: PlacementFacts,
): readonly BilledModifier[] | RefusedModifiers {
  if (requested.length === 0 && modifierGroupIds.length === 0) return noModifiers;
  const groups = modifierGroupIds.flatMap((id) => list.groups.get(id) ?? []);
  const chosen = chooseModifiers(groups, requested);
  return chosen.kind === 'chosen' ? chosen.modifiers.map(toBilled) : chosen;
}

function toBilled({ code, name, quantity, unitPriceMinor, productId }: ChosenModifier) {
  const billed: BilledModifier = { code, name, quantity, unitPriceMinor };
  return productId === null ? billed : { ...billed, productId };
}
