import { Badge, Code, Group, Progress, Text } from '@mantine/core';
import { serverClock } from '../../shared/fetch-reply.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import { describeEffect, findPeriodState, listConditions } from './describe-discount.ts';
import { DiscountForm } from './discount-form.tsx';
import { RulePanel } from './rule-panel.tsx';
import { type Discount, discounts } from './rules.ts';

export function Discounts() {
  return (
    <RulePanel
      kind={discounts}
      intro="A discount with a code applies to orders that name the code; one without applies by itself. Discounts apply together only if all of them combine. One that orders use is switched off instead of deleted."
      empty="No discounts yet."
      form={DiscountForm}
      content={Content}
      mayDelete={({ uses }) => uses === 0}
    />
  );
}

function Content({ rule }: { rule: Discount }) {
  const state = findPeriodState(rule, serverClock.nowMs());
  return (
    <>
      <Group gap="xs" align="baseline">
        <Text className="number">{describeEffect(rule)}</Text>
        {rule.code === null ? (
          <Badge variant="light" color="gray">
            Without a code
          </Badge>
        ) : (
          <Code fz="sm">{rule.code}</Code>
        )}
        {state !== null && (
          <Badge variant="light" color={state.color}>
            {state.text}
          </Badge>
        )}
        {rule.combines && (
          <Badge variant="light" color="blue">
            Combines
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        <bdi>{listConditions(rule).join(' · ')}</bdi>
      </Text>
      <Uses rule={rule} />
    </>
  );
}

function Uses({ rule: { name, uses, usesMax } }: { rule: Discount }) {
  if (usesMax === null) {
    return (
      <Text size="sm" className="number">
        {uses === 1 ? '1 use' : `${formatWhole(uses)} uses`}
      </Text>
    );
  }
  return (
    <Group gap="xs">
      <Progress
        w={96}
        value={(uses / usesMax) * 100}
        color={uses < usesMax ? 'teal' : 'red'}
        aria-label={`Uses of ${name}`}
      />
      <Text size="sm" className="number">
        {formatWhole(uses)} of {formatWhole(usesMax)} uses
      </Text>
    </Group>
  );
}
