import type { Product } from '../../shared/choices.ts';

export interface Section {
  readonly id: string;
  /** Null: the products that are in no section. */
  readonly name: string | null;
  readonly products: readonly Product[];
}

/** Groups products, which are in the order of the menu, by section. */
export function buildSections(products: readonly Product[]): readonly Section[] {
  const byName = Map.groupBy(products, ({ category }) => category);
  return [...byName].map(([name, ofSection], index) => ({
    id: `section-${index + 1}`,
    name,
    products: ofSection,
  }));
}
