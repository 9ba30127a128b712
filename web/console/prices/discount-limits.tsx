import { SimpleGrid, Switch, TextInput } from '@mantine/core';
import { LATEST_DAY } from '../../shared/moments.ts';
import type { FieldErrors } from '../parts/field-errors.ts';
import { MoneyField } from '../parts/money-field.tsx';
import { WholeField } from '../parts/whole-field.tsx';
import type { DiscountDraft } from './discount-draft.ts';

interface DiscountLimitsProps {
  readonly draft: DiscountDraft;
  readonly errors: FieldErrors;
}

/** Enters when, how often and for which orders a discount applies. */
export function DiscountLimits({ draft, errors }: DiscountLimitsProps) {
  const { startsAt, endsAt } = draft;
  return (
    <>
      <MoneyField
        label="From a subtotal of"
        description="Leave empty for any."
        entry={draft.minimumSubtotal}
        refusal={errors.at('minimumSubtotal')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label="Starts"
          type="datetime-local"
          max={`${LATEST_DAY}T23:59`}
          value={startsAt.text}
          onChange={({ currentTarget }) => startsAt.setText(currentTarget.value)}
          error={errors.at('startsAt')}
        />
        <TextInput
          label="Ends"
          type="datetime-local"
          max={`${LATEST_DAY}T23:59`}
          value={endsAt.text}
          onChange={({ currentTarget }) => endsAt.setText(currentTarget.value)}
          error={draft.periodError ?? errors.at('endsAt')}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <WholeField
          label="Uses in total"
          description="Leave empty for any number."
          entry={draft.usesMax}
          refusal={errors.at('usesMax')}
        />
        <WholeField
          label="Uses per customer"
          description="Leave empty for any number."
          entry={draft.usesPerCustomerMax}
          refusal={errors.at('usesPerCustomerMax')}
        />
      </SimpleGrid>
      <Switch
        label="Only for a customer's first order"
        checked={draft.firstOrderOnly}
        onChange={({ currentTarget }) => draft.set({ firstOrderOnly: currentTarget.checked })}
      />
    </>
  );
}
