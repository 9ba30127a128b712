import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { formatMoney } from '../../shared/money.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { type ModifierGroup, modifierGroups } from './rules.ts';

export function ModifierGroups() {
  const groups = usePages([modifierGroups.key], modifierGroups.list);
  return (
    <>
      <Group justify="space-between" align="start" mb="md">
        <Text c="dimmed" flex="1 1 20rem" maw="44rem">
          What customers choose with a product, such as a size or extras. A product offers the
          groups that are chosen on its page.
        </Text>
        <Button
          component={Link}
          href="/prices/modifiers/new"
          leftSection={<IconPlus size={18} aria-hidden />}
        >
          New modifier group
        </Button>
      </Group>
      <Stack gap="xs">
        {groups.items?.map((group) => (
          <GroupCard key={group.id} group={group} />
        ))}
      </Stack>
      <PageFoot query={groups} empty="No modifier groups yet." />
    </>
  );
}

function GroupCard({ group }: { group: ModifierGroup }) {
  const { id, name, modifiers } = group;
  const active = modifiers.filter((modifier) => modifier.active);
  const off = modifiers.length - active.length;
  return (
    <Card component="article" withBorder padding="sm" aria-label={name}>
      <Anchor component={Link} href={`/prices/modifiers/${id}`} fw={600} className="rule-name">
        <bdi>{name}</bdi>
      </Anchor>
      <Text size="sm">{describeRange(group)}</Text>
      <Text size="sm" c="dimmed" lineClamp={3} className="rule-name">
        {active.map(({ code, name: label, price }, place) => (
          <span key={code}>
            {place > 0 && ' · '}
            <bdi>{label}</bdi>
            {price.amount > 0 && ` +${formatMoney(price)}`}
          </span>
        ))}
        {off > 0 && ` · ${off} switched off`}
      </Text>
    </Card>
  );
}

/** Describes how many units customers choose of a group: `Choose 1 to 3`. */
export function describeRange({ min, max }: Pick<ModifierGroup, 'min' | 'max'>): string {
  if (min === max) return `Choose exactly ${min}`;
  return min === 0 ? `Choose up to ${max}` : `Choose ${min} to ${max}`;
}
