import { Badge, Group, Text } from '@mantine/core';
import { formatMoney } from '../../shared/money.ts';
import { formatPercent } from '../../shared/percent.ts';
import { formatStatus } from '../parts/status-badge.tsx';
import { ChargeForm } from './charge-form.tsx';
import { describeTypes } from './fulfilment-field.tsx';
import { RulePanel } from './rule-panel.tsx';
import { type ChargeRule, charges } from './rules.ts';

const POSTAL_CODES_SHOWN = 6;

export function Charges() {
  return (
    <RulePanel
      kind={charges}
      intro="What an order costs besides its lines. Of the delivery charges exactly one applies: that with the longest matching postal code, otherwise one without postal codes."
      empty="No charges yet: orders cost only what their lines cost."
      form={ChargeForm}
      content={Content}
    />
  );
}

function Content({ rule }: { rule: ChargeRule }) {
  return (
    <>
      <Group gap="xs" align="baseline">
        <Text fw={700} size="lg" className="number">
          {rule.amount !== null && formatMoney(rule.amount)}
          {rule.percent !== null && `${formatPercent(rule.percent)} of the subtotal`}
        </Text>
        <Badge variant="light">{formatStatus(rule.kind)}</Badge>
      </Group>
      <Text size="sm" c="dimmed">
        {listConditions(rule).join(' · ')}
      </Text>
    </>
  );
}

function listConditions(rule: ChargeRule): string[] {
  const { kind, fulfilmentTypes, belowSubtotal, freeFrom, postalCodes, taxCategory } = rule;
  const otherwise = kind === 'DELIVERY' ? 'Delivery orders' : 'Every kind of order';
  return [
    describeTypes(fulfilmentTypes, otherwise),
    ...(belowSubtotal === null ? [] : [`below ${formatMoney(belowSubtotal)}`]),
    ...(freeFrom === null ? [] : [`free from ${formatMoney(freeFrom)}`]),
    ...(postalCodes === null ? [] : [describePostalCodes(postalCodes)]),
    `tax category ${taxCategory}`,
  ];
}

function describePostalCodes(codes: readonly string[]): string {
  const shown = codes.slice(0, POSTAL_CODES_SHOWN).join(', ');
  const more = codes.length - POSTAL_CODES_SHOWN;
  return `postal codes ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
