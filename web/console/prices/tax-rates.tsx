import { Group, Text } from '@mantine/core';
import { formatPercent } from '../../shared/percent.ts';
import { describeTypes } from './fulfilment-field.tsx';
import { RulePanel } from './rule-panel.tsx';
import { type TaxRate, taxRates } from './rules.ts';
import { TaxInclusion } from './tax-inclusion.tsx';
import { TaxRateForm } from './tax-rate-form.tsx';

export function TaxRates() {
  return (
    <RulePanel
      kind={taxRates}
      intro={
        <>
          <TaxInclusion /> The rate of a product or charge follows from its tax category and the
          kind of order. A category without a rate is not taxed.
        </>
      }
      empty="No tax rates yet: nothing is taxed."
      form={TaxRateForm}
      content={Content}
    />
  );
}

function Content({ rule }: { rule: TaxRate }) {
  return (
    <Group gap="xs" align="baseline">
      <Text fw={700} size="lg" className="number">
        {formatPercent(rule.percent)}
      </Text>
      <Text size="sm" c="dimmed">
        Category {rule.taxCategory} · {describeTypes(rule.fulfilmentTypes, 'every kind of order')}
      </Text>
    </Group>
  );
}
