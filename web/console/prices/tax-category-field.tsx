import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { taxRates } from './rules.ts';

export const TAX_CATEGORY_DEFAULT = 'standard';

interface TaxCategoryFieldProps {
  readonly value: string;
  readonly onChange: (category: string) => void;
  readonly description: string;
  readonly refusal: string | null;
}

/** Enters a tax category, with those of the tax rates as suggestions. */
export function TaxCategoryField({ value, onChange, description, refusal }: TaxCategoryFieldProps) {
  const { data } = useQuery({
    queryKey: [taxRates.key, 'categories'],
    queryFn: () => taxRates.list({}),
  });
  const known = data?.data.map(({ taxCategory }) => taxCategory) ?? [];
  return (
    <Autocomplete
      label="Tax category"
      description={description}
      required
      maxLength={40}
      pattern="[a-z0-9][a-z0-9\-]*"
      title="Small letters, digits and hyphens"
      autoComplete="off"
      data={[...new Set([TAX_CATEGORY_DEFAULT, ...known])]}
      value={value}
      onChange={onChange}
      error={refusal}
    />
  );
}
