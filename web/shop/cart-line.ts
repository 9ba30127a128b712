// Not from `shared/api.ts`, which only browsers can load, so that tests can load this file.
import type { Money } from '../../clients/typescript/src/index.ts';
import type { ChosenModifier, Product } from '../shared/choices.ts';

/** A dish with everything that was chosen for it. */
export interface Item {
  readonly sku: string;
  readonly productId: string;
  readonly name: string;
  /** With its modifiers, as last shown by the menu, a quote or the cart on the server. */
  readonly unitPrice: Money;
  readonly modifiers: readonly ChosenModifier[];
  readonly note: string | null;
}

/** An item in the cart and its quantity. It has no sums, because these come from the server. */
export interface CartLine extends Item {
  readonly quantity: number;
}

/** Identifies an item: equal items have the same key. That of a dish without modifiers and note is its SKU. */
export function getItemKey({
  sku,
  modifiers,
  note,
}: Pick<Item, 'sku' | 'modifiers' | 'note'>): string {
  if (modifiers.length === 0 && note === null) return sku;
  const units = modifiers.map(({ code, quantity }) => `${code} ${quantity}`).sort();
  return `${sku} ${JSON.stringify([units, note])}`;
}

/** Builds the item that is a dish without modifiers and note. */
export function toPlainItem({ id, sku, name, price }: Product): Item {
  return { sku, productId: id, name, unitPrice: price, modifiers: [], note: null };
}

/** Returns the lines with a new quantity of one item; 0 removes it. */
export function withQuantity(
  lines: readonly CartLine[],
  item: Item,
  quantity: number,
): readonly CartLine[] {
  const key = getItemKey(item);
  const line = { ...item, quantity };
  const isKnown = lines.some((other) => getItemKey(other) === key);
  const changed = isKnown
    ? lines.map((other) => (getItemKey(other) === key ? line : other))
    : [...lines, line];
  return changed.filter((other) => other.quantity > 0);
}

/** Returns the lines with further units of one item. */
export function withMore(
  lines: readonly CartLine[],
  item: Item,
  quantity: number,
): readonly CartLine[] {
  return withQuantity(lines, item, getQuantity(lines, item) + quantity);
}

/** Returns the lines with another item in the place of one of them. If they have it already, it becomes one line. */
export function withReplaced(
  lines: readonly CartLine[],
  replaced: Item,
  item: Item,
  quantity: number,
): readonly CartLine[] {
  const [from, to] = [getItemKey(replaced), getItemKey(item)];
  if (from === to) return withQuantity(lines, item, quantity);
  const others = lines.filter((line) => getItemKey(line) !== from);
  if (others.some((line) => getItemKey(line) === to)) return withMore(others, item, quantity);
  return lines.map((line) => (getItemKey(line) === from ? { ...item, quantity } : line));
}

/** Returns how many units of an item the lines have. */
export function getQuantity(lines: readonly CartLine[], item: Item): number {
  const key = getItemKey(item);
  return lines.find((line) => getItemKey(line) === key)?.quantity ?? 0;
}
