import { useState } from 'react';
import type { ItemOf } from '../../shared/api.ts';
import { readWhole } from '../../shared/whole-number.ts';
import { useWholeEntry } from '../parts/whole-field.tsx';
import { TAX_CATEGORY_DEFAULT } from '../prices/tax-category-field.tsx';

type Product = ItemOf<'listProducts'>;

/** Returns what is being entered about a product's place in the menu, its tax and its modifiers. */
export function useMenuEntry(product: Product | null) {
  const [category, setCategory] = useState(product?.category ?? '');
  const [taxCategory, setTaxCategory] = useState(product?.taxCategory ?? TAX_CATEGORY_DEFAULT);
  const [groupIds, setGroupIds] = useState<readonly string[]>(product?.modifierGroupIds ?? []);
  const position = useWholeEntry(readWhole, product?.position ?? null);
  return {
    category,
    setCategory,
    taxCategory,
    setTaxCategory,
    groupIds,
    setGroupIds,
    position,
    toBody: () => ({
      category: category.trim() === '' ? null : category.trim(),
      taxCategory: taxCategory.trim(),
      position: position.value ?? 0,
      modifierGroupIds: [...groupIds],
    }),
  };
}

export type MenuEntry = ReturnType<typeof useMenuEntry>;
