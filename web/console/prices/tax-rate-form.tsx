import { Button, Stack, Switch, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { readFieldErrors } from '../parts/field-errors.ts';
import type { FulfilmentType } from '../parts/fulfilment.ts';
import { PercentField, usePercentEntry } from '../parts/percent-field.tsx';
import { SaveProblem } from '../parts/save-problem.tsx';
import { FulfilmentField, toTypes } from './fulfilment-field.tsx';
import type { RuleFormProps } from './rule-panel.tsx';
import { type TaxRate, taxRates } from './rules.ts';
import { TAX_CATEGORY_DEFAULT, TaxCategoryField } from './tax-category-field.tsx';
import { useSaveRule } from './use-save-rule.ts';

const fields = ['name', 'percent', 'taxCategory', 'fulfilmentTypes'];

export function TaxRateForm({ rule, onDone, onReload }: RuleFormProps<TaxRate>) {
  const [name, setName] = useState(rule?.name ?? '');
  const percent = usePercentEntry(rule?.percent);
  const [taxCategory, setTaxCategory] = useState(rule?.taxCategory ?? TAX_CATEGORY_DEFAULT);
  const [types, setTypes] = useState<readonly FulfilmentType[]>(rule?.fulfilmentTypes ?? []);
  const [active, setActive] = useState(rule?.active ?? true);
  const save = useSaveRule(taxRates, rule, onDone);
  const errors = readFieldErrors(save.error, fields, { 'prices.rate_exists': 'taxCategory' });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (percent.percent === null) return;
    save.mutate({
      name: name.trim(),
      percent: percent.percent,
      taxCategory: taxCategory.trim(),
      fulfilmentTypes: toTypes(types),
      active,
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="As it is shown on bills, such as VAT."
          required
          maxLength={100}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={errors.at('name')}
        />
        <PercentField
          label="Percentage"
          description="From 0 to 100, with up to four decimals."
          required
          entry={percent}
          refusal={errors.at('percent')}
        />
        <TaxCategoryField
          description="Products and charges of this category are taxed at this rate."
          value={taxCategory}
          onChange={setTaxCategory}
          refusal={errors.at('taxCategory')}
        />
        <FulfilmentField
          description="Choose none to tax every kind of order."
          value={types}
          onChange={setTypes}
          refusal={errors.at('fulfilmentTypes')}
        />
        <Switch
          label="Active"
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
        />
        <SaveProblem error={save.error} fieldErrors={errors} onReload={onReload} />
        <Button type="submit" loading={save.isPending}>
          {rule === null ? 'Add the tax rate' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}
