import { SegmentedControl, Select, TagsInput } from '@mantine/core';
import type { FieldErrors } from '../parts/field-errors.ts';
import { MoneyField } from '../parts/money-field.tsx';
import { PercentField } from '../parts/percent-field.tsx';
import { useMenuSections } from '../parts/use-menu-sections.ts';
import type { DiscountDraft, Matches } from './discount-draft.ts';

const MATCHES_MAX = 200;

interface DiscountEffectProps {
  readonly draft: DiscountDraft;
  readonly errors: FieldErrors;
  readonly currency: string;
}

/** Enters what a discount takes off, and off what. */
export function DiscountEffect({ draft, errors, currency }: DiscountEffectProps) {
  const sections = useMenuSections();
  const isOfLines = draft.scope === 'LINES';
  return (
    <>
      {draft.kind === 'PERCENT' ? (
        <PercentField
          label="Percentage"
          required
          entry={draft.percent}
          refusal={errors.at('percent')}
        />
      ) : (
        <MoneyField
          label={`Amount in ${currency}`}
          description={isOfLines ? 'Off each unit, but never below zero.' : undefined}
          required
          entry={draft.amount}
          refusal={errors.at('amount')}
        />
      )}
      <SegmentedControl
        aria-label="Off what"
        data={[
          { value: 'ORDER', label: 'Whole order' },
          { value: 'LINES', label: 'Lines' },
        ]}
        value={draft.scope}
        onChange={(scope) => draft.set({ scope: scope as DiscountDraft['scope'] })}
      />
      {isOfLines && (
        <Select
          label="Which lines"
          allowDeselect={false}
          data={[
            { value: 'all', label: 'Every line' },
            { value: 'skus', label: 'Certain products' },
            { value: 'categories', label: 'Certain menu sections' },
          ]}
          value={draft.matches}
          onChange={(matches) => draft.set({ matches: matches as Matches })}
        />
      )}
      {isOfLines && draft.matches === 'skus' && (
        <TagsInput
          label="SKUs"
          description="Type one and press Enter."
          splitChars={[',', ';', ' ']}
          acceptValueOnBlur
          maxTags={MATCHES_MAX}
          value={draft.skus}
          onChange={(skus) => draft.set({ skus })}
          error={errors.at('skus')}
        />
      )}
      {isOfLines && draft.matches === 'categories' && (
        <TagsInput
          label="Menu sections"
          description="Choose one, or type one and press Enter."
          data={[...sections]}
          acceptValueOnBlur
          maxTags={MATCHES_MAX}
          value={draft.categories}
          onChange={(categories) => draft.set({ categories })}
          error={errors.at('categories')}
        />
      )}
    </>
  );
}
