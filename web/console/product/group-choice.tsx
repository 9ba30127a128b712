import { ActionIcon, Group, Input, Paper, Select, Stack, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../parts/problem.tsx';
import { describeRange } from '../prices/modifier-groups.tsx';
import { type ModifierGroup, modifierGroups } from '../prices/rules.ts';

const GROUPS_MAX = 20;

interface GroupChoiceProps {
  /** In the order in which the product offers them. */
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
  readonly refusal: string | null;
}

/** Chooses the modifier groups of a product, and their order. */
export function GroupChoice({ ids, onChange, refusal }: GroupChoiceProps) {
  const { data: groups, error } = useQuery({
    queryKey: [modifierGroups.key, 'all'],
    queryFn: readAllGroups,
  });
  const byId = new Map(groups?.map((group) => [group.id, group]));
  const others = groups?.filter(({ id }) => !ids.includes(id)) ?? [];
  const swap = (place: number, other: number) => {
    const moved = ids[place];
    if (moved !== undefined) onChange(ids.toSpliced(place, 1).toSpliced(other, 0, moved));
  };
  return (
    <Stack gap="xs" role="group" aria-label="Modifier groups">
      <Select
        label="Modifier groups"
        description="What customers choose with the product, in this order."
        placeholder={others.length === 0 ? 'No other groups' : 'Add a group'}
        searchable
        disabled={others.length === 0 || ids.length >= GROUPS_MAX}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        value={null}
        onChange={(id) => id !== null && onChange([...ids, id])}
        error={refusal}
      />
      <Problem error={error} />
      {groups !== undefined &&
        ids.map((id, place) => (
          <ChosenGroup
            key={id}
            name={byId.get(id)?.name ?? id}
            group={byId.get(id)}
            isFirst={place === 0}
            isLast={place === ids.length - 1}
            onUp={() => swap(place, place - 1)}
            onDown={() => swap(place, place + 1)}
            onRemove={() => onChange(ids.filter((one) => one !== id))}
          />
        ))}
      {ids.length >= GROUPS_MAX && (
        <Input.Description>A product has at most {GROUPS_MAX} groups.</Input.Description>
      )}
    </Stack>
  );
}

interface ChosenGroupProps {
  readonly name: string;
  readonly group: ModifierGroup | undefined;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onRemove: () => void;
}

function ChosenGroup(props: ChosenGroupProps) {
  const { name, group, isFirst, isLast, onUp, onDown, onRemove } = props;
  const button = { variant: 'default', size: 'lg' } as const;
  return (
    <Paper withBorder p="xs">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div className="rule">
          <Text size="sm" fw={600} className="rule-name">
            <bdi>{name}</bdi>
          </Text>
          {group !== undefined && (
            <Text size="xs" c="dimmed">
              {describeRange(group)}
            </Text>
          )}
        </div>
        <Group gap={4} wrap="nowrap" flex="none">
          <ActionIcon {...button} disabled={isFirst} onClick={onUp} aria-label={`Move ${name} up`}>
            <IconArrowUp size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            {...button}
            disabled={isLast}
            onClick={onDown}
            aria-label={`Move ${name} down`}
          >
            <IconArrowDown size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon {...button} onClick={onRemove} aria-label={`Remove ${name}`}>
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
    </Paper>
  );
}

async function readAllGroups(): Promise<readonly ModifierGroup[]> {
  const groups: ModifierGroup[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof modifierGroups.list>> = await modifierGroups.list(
      cursor === null ? {} : { cursor },
    );
    groups.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return groups;
}
