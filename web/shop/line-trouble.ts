import { listShortages, type Refusal } from './quote.ts';

/** Why a line of the cart cannot be ordered. */
export type LineTrouble =
  | { readonly kind: 'gone' }
  /** Its modifiers are no longer offered like this. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'short'; readonly available: number };

const kinds: Readonly<Record<string, 'gone' | 'changed'>> = {
  'catalog.unknown_product': 'gone',
  'catalog.unknown_modifier': 'changed',
  'catalog.modifiers_out_of_range': 'changed',
};

/**
 * Finds why the line cannot be ordered. `index` is its place among the items that were refused; `available` is how many
 * units of it the server offers, if that is known.
 */
export function findTrouble(
  refusals: readonly Refusal[],
  index: number,
  { sku, quantity }: { readonly sku: string; readonly quantity: number },
  available: number | null = null,
): LineTrouble | null {
  const isHere = ({ pointer }: { pointer: string }) => pointer.startsWith(`/items/${index}/`);
  for (const { code, errors = [] } of refusals) {
    const kind = kinds[code];
    if (kind !== undefined && errors.some(isHere)) return { kind };
  }
  const short = listShortages(refusals).get(sku);
  if (short !== undefined) return { kind: 'short', available: short };
  return available !== null && available < quantity ? { kind: 'short', available } : null;
}
