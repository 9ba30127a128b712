import { Autocomplete } from '@mantine/core';
import type { FieldErrors } from '../parts/field-errors.ts';
import { useMenuSections } from '../parts/use-menu-sections.ts';
import { WholeField } from '../parts/whole-field.tsx';
import { TaxCategoryField } from '../prices/tax-category-field.tsx';
import { GroupChoice } from './group-choice.tsx';
import type { MenuEntry } from './menu-entry.ts';

interface MenuFieldsProps {
  readonly entry: MenuEntry;
  readonly errors: FieldErrors;
}

/** Enters where a product is in the menu, how it is taxed, and what can be chosen with it. */
export function MenuFields({ entry, errors }: MenuFieldsProps) {
  const sections = useMenuSections();
  return (
    <>
      <Autocomplete
        label="Menu section"
        description="Such as Starters. Leave empty for none."
        maxLength={60}
        autoComplete="off"
        data={[...sections]}
        value={entry.category}
        onChange={entry.setCategory}
        error={errors.at('category')}
      />
      <WholeField
        label="Position"
        description="Lower numbers come first in the menu."
        entry={entry.position}
        refusal={errors.at('position')}
      />
      <TaxCategoryField
        description="The tax rate of this category applies."
        value={entry.taxCategory}
        onChange={entry.setTaxCategory}
        refusal={errors.at('taxCategory')}
      />
      <GroupChoice
        ids={entry.groupIds}
        onChange={entry.setGroupIds}
        refusal={errors.at('modifierGroupIds')}
      />
    </>
  );
}
