import {
  ActionIcon,
  Group,
  Input,
  Paper,
  Select,
  Stack,
  Text,
  VisuallyHidden,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MoveButtons } from '../parts/move-buttons.tsx';
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
  const [status, setStatus] = useState('');
  const nameOf = (id: string) => byId.get(id)?.name ?? id;
  const move = (id: string, from: number, to: number) => {
    onChange(ids.toSpliced(from, 1).toSpliced(to, 0, id));
    setStatus(`${nameOf(id)} is now ${to + 1} of ${ids.length}.`);
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
            name={nameOf(id)}
            group={byId.get(id)}
            place={place}
            count={ids.length}
            onMove={(to) => move(id, place, to)}
            onRemove={() => onChange(ids.filter((one) => one !== id))}
          />
        ))}
      <VisuallyHidden role="status">{status}</VisuallyHidden>
      {ids.length >= GROUPS_MAX && (
        <Input.Description>A product has at most {GROUPS_MAX} groups.</Input.Description>
      )}
    </Stack>
  );
}

interface ChosenGroupProps {
  readonly name: string;
  readonly group: ModifierGroup | undefined;
  readonly place: number;
  readonly count: number;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
}

function ChosenGroup(props: ChosenGroupProps) {
  const { name, group, place, count, onMove, onRemove } = props;
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
          <MoveButtons label={name} place={place} count={count} onMove={onMove} />
          <ActionIcon variant="default" size="lg" onClick={onRemove} aria-label={`Remove ${name}`}>
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
