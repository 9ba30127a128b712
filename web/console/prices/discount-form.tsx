import { Button, Divider, Select, Stack, Switch, TextInput } from '@mantine/core';
import type { SubmitEvent } from 'react';
import { readFieldErrors } from '../parts/field-errors.ts';
import { SaveProblem } from '../parts/save-problem.tsx';
import { WithCurrency } from '../parts/with-currency.tsx';
import { useDiscountDraft } from './discount-draft.ts';
import { DiscountEffect } from './discount-effect.tsx';
import { DiscountLimits } from './discount-limits.tsx';
import type { RuleFormProps } from './rule-panel.tsx';
import { type Discount, discounts } from './rules.ts';
import { useSaveRule } from './use-save-rule.ts';

const fields = [
  'code',
  'name',
  'kind',
  'percent',
  'amount',
  'scope',
  'skus',
  'categories',
  'minimumSubtotal',
  'startsAt',
  'endsAt',
  'usesMax',
  'usesPerCustomerMax',
];
const codes = { 'discounts.code_taken': 'code', 'discounts.below_uses': 'usesMax' };
const kinds: readonly { readonly value: Discount['kind']; readonly label: string }[] = [
  { value: 'PERCENT', label: 'Percentage' },
  { value: 'AMOUNT', label: 'Amount' },
  { value: 'FREE_DELIVERY', label: 'Free delivery' },
];

export function DiscountForm(props: RuleFormProps<Discount>) {
  return <WithCurrency>{(currency) => <Form {...props} currency={currency} />}</WithCurrency>;
}

function Form({
  rule,
  onDone,
  onReload,
  currency,
}: RuleFormProps<Discount> & { readonly currency: string }) {
  const draft = useDiscountDraft(rule, currency);
  const save = useSaveRule(discounts, rule, onDone);
  const errors = readFieldErrors(save.error, fields, codes);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (draft.isComplete) save.mutate(draft.toBody());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="As it is shown on bills, such as 10% off."
          required
          maxLength={100}
          value={draft.name}
          onChange={({ currentTarget }) => draft.set({ name: currentTarget.value })}
          error={errors.at('name')}
        />
        <TextInput
          label="Code"
          description="What customers enter. Capital and small letters are the same. Leave empty for a discount that applies by itself."
          maxLength={40}
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          title="Letters, digits, dots, underscores and hyphens"
          autoComplete="off"
          value={draft.code}
          onChange={({ currentTarget }) => draft.set({ code: currentTarget.value })}
          error={errors.at('code')}
        />
        <Select
          label="Kind"
          allowDeselect={false}
          data={kinds}
          value={draft.kind}
          onChange={(kind) => draft.set({ kind: kind as Discount['kind'] })}
          error={errors.at('kind')}
        />
        {draft.kind !== 'FREE_DELIVERY' && (
          <DiscountEffect draft={draft} errors={errors} currency={currency} />
        )}
        <Divider label="Limits" />
        <DiscountLimits draft={draft} errors={errors} />
        <Divider />
        <Switch
          label="Combines with other discounts that combine"
          checked={draft.combines}
          onChange={({ currentTarget }) => draft.set({ combines: currentTarget.checked })}
        />
        <Switch
          label="Active"
          checked={draft.active}
          onChange={({ currentTarget }) => draft.set({ active: currentTarget.checked })}
        />
        <SaveProblem error={save.error} fieldErrors={errors} onReload={onReload} />
        <Button type="submit" loading={save.isPending}>
          {rule === null ? 'Add the discount' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}
