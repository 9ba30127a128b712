import {
  Button,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { readFieldErrors } from '../parts/field-errors.ts';
import type { FulfilmentType } from '../parts/fulfilment.ts';
import { MoneyField, useMoneyEntry } from '../parts/money-field.tsx';
import { PercentField, usePercentEntry } from '../parts/percent-field.tsx';
import { SaveProblem } from '../parts/save-problem.tsx';
import { formatStatus } from '../parts/status-badge.tsx';
import { WithCurrency } from '../parts/with-currency.tsx';
import { FulfilmentField, toTypes } from './fulfilment-field.tsx';
import type { RuleFormProps } from './rule-panel.tsx';
import { type ChargeRule, charges } from './rules.ts';
import { TAX_CATEGORY_DEFAULT, TaxCategoryField } from './tax-category-field.tsx';
import { useSaveRule } from './use-save-rule.ts';

type Kind = ChargeRule['kind'];

const kinds: readonly Kind[] = ['DELIVERY', 'SERVICE', 'PACKAGING', 'SMALL_ORDER'];
const fields = [
  'name',
  'kind',
  'amount',
  'percent',
  'belowSubtotal',
  'freeFrom',
  'postalCodes',
  'fulfilmentTypes',
  'taxCategory',
];

export function ChargeForm(props: RuleFormProps<ChargeRule>) {
  return <WithCurrency>{(currency) => <Form {...props} currency={currency} />}</WithCurrency>;
}

function Form({
  rule,
  onDone,
  onReload,
  currency,
}: RuleFormProps<ChargeRule> & { readonly currency: string }) {
  const [name, setName] = useState(rule?.name ?? '');
  const [kind, setKind] = useState<Kind>(rule?.kind ?? 'DELIVERY');
  const [isPercent, setIsPercent] = useState(typeof rule?.percent === 'string');
  const amount = useMoneyEntry(currency, rule?.amount);
  const percent = usePercentEntry(rule?.percent);
  const belowSubtotal = useMoneyEntry(currency, rule?.belowSubtotal);
  const freeFrom = useMoneyEntry(currency, rule?.freeFrom);
  const [postalCodes, setPostalCodes] = useState<string[]>(rule?.postalCodes ?? []);
  const [types, setTypes] = useState<readonly FulfilmentType[]>(rule?.fulfilmentTypes ?? []);
  const [taxCategory, setTaxCategory] = useState(rule?.taxCategory ?? TAX_CATEGORY_DEFAULT);
  const [active, setActive] = useState(rule?.active ?? true);
  const save = useSaveRule(charges, rule, onDone);
  const errors = readFieldErrors(save.error, fields);
  const entries = [isPercent ? percent : amount, belowSubtotal, freeFrom];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (entries.some(({ error }) => error !== null)) return;
    save.mutate({
      name: name.trim(),
      kind,
      amount: isPercent ? null : amount.money,
      percent: isPercent ? percent.percent : null,
      belowSubtotal: belowSubtotal.money,
      freeFrom: freeFrom.money,
      postalCodes: kind === 'DELIVERY' && postalCodes.length > 0 ? postalCodes : null,
      fulfilmentTypes: toTypes(types),
      taxCategory: taxCategory.trim(),
      active,
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="As it is shown on bills."
          required
          maxLength={100}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={errors.at('name')}
        />
        <Select
          label="Kind"
          allowDeselect={false}
          data={kinds.map((value) => ({ value, label: formatStatus(value) }))}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
          error={errors.at('kind')}
        />
        <SegmentedControl
          aria-label="How it is charged"
          data={[
            { value: 'amount', label: 'Fixed amount' },
            { value: 'percent', label: 'Percentage' },
          ]}
          value={isPercent ? 'percent' : 'amount'}
          onChange={(value) => setIsPercent(value === 'percent')}
        />
        {isPercent ? (
          <PercentField
            label="Percentage of the discounted subtotal"
            required
            entry={percent}
            refusal={errors.at('percent')}
          />
        ) : (
          <MoneyField
            label={`Amount in ${currency}`}
            required
            entry={amount}
            refusal={errors.at('amount')}
          />
        )}
        <MoneyField
          label="Only below"
          description="Charged while the discounted subtotal is less than this. Leave empty for no such limit."
          entry={belowSubtotal}
          refusal={errors.at('belowSubtotal')}
        />
        <MoneyField
          label="Free from"
          description="Not charged from this discounted subtotal on. Leave empty for never."
          entry={freeFrom}
          refusal={errors.at('freeFrom')}
        />
        {kind === 'DELIVERY' && (
          <TagsInput
            label="Postal codes"
            description="How they begin, such as YO1. Leave empty for everywhere else."
            placeholder={postalCodes.length === 0 ? 'Type one and press Enter' : ''}
            splitChars={[',', ';']}
            acceptValueOnBlur
            value={postalCodes}
            onChange={setPostalCodes}
            error={errors.at('postalCodes')}
          />
        )}
        <FulfilmentField
          description={
            kind === 'DELIVERY'
              ? 'Choose none for delivery orders.'
              : 'Choose none for every kind of order.'
          }
          value={types}
          onChange={setTypes}
          refusal={errors.at('fulfilmentTypes')}
        />
        <TaxCategoryField
          description="The tax rate of this category applies to the charge."
          value={taxCategory}
          onChange={setTaxCategory}
          refusal={errors.at('taxCategory')}
        />
        <Switch
          label="Active"
          checked={active}
          onChange={({ currentTarget }) => setActive(currentTarget.checked)}
        />
        <SaveProblem error={save.error} fieldErrors={errors} onReload={onReload} />
        <Button type="submit" loading={save.isPending}>
          {rule === null ? 'Add the charge' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}
