import type { Product } from '../../shared/choices.ts';
import type { Choice, DraftLine } from './draft.ts';

let keys = 0;

/** Returns the lines with a further choice. The same choice again raises the quantity of its line. */
export function addLine(
  lines: readonly DraftLine[],
  product: Product,
  choice: Choice,
): readonly DraftLine[] {
  const wanted = describeChoice(product, choice);
  const same = lines.find((line) => describeChoice(line.product, line) === wanted);
  if (same === undefined) {
    keys += 1;
    return [...lines, { key: String(keys), product, ...choice }];
  }
  const { quantity } = choice;
  return lines.map((line) =>
    line === same ? { ...line, quantity: line.quantity + quantity } : line,
  );
}

function describeChoice({ sku }: Product, { modifiers, note }: Omit<Choice, 'quantity'>): string {
  const units = modifiers.map(({ code, quantity }) => `${code} ${quantity}`).sort();
  return JSON.stringify([sku, units, note.trim()]);
}
