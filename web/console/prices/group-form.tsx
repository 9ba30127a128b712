import { Button, Card, Group, Stack, TextInput, Title } from '@mantine/core';
import { type SubmitEvent, useMemo, useState } from 'react';
import { readWhole } from '../../shared/whole-number.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { SaveProblem } from '../parts/save-problem.tsx';
import { useWholeEntry, WholeField } from '../parts/whole-field.tsx';
import { toDrafts, toModifiers } from './modifier-draft.ts';
import { ModifierList } from './modifier-list.tsx';
import { type ModifierGroup, modifierGroups } from './rules.ts';
import { useSaveRule } from './use-save-rule.ts';

const fields = [
  'name',
  'min',
  'max',
  'modifiers',
  'modifiers/#/name',
  'modifiers/#/code',
  'modifiers/#/price',
  'modifiers/#/price/amount',
  'modifiers/#/quantityMax',
  'modifiers/#/sku',
];

interface GroupFormProps {
  /** Null for a new one. */
  readonly group: ModifierGroup | null;
  readonly currency: string;
  readonly onSaved: (group: ModifierGroup) => void;
  readonly onReload: () => void;
}

export function GroupForm({ group, currency, onSaved, onReload }: GroupFormProps) {
  const [name, setName] = useState(group?.name ?? '');
  const min = useWholeEntry(readWhole, group?.min ?? 0);
  const max = useWholeEntry(readWhole, group?.max ?? 1);
  const [drafts, setDrafts] = useState(() => toDrafts(group?.modifiers ?? []));
  const save = useSaveRule(modifierGroups, group, onSaved);
  const errors = useMemo(() => readFieldErrors(save.error, fields), [save.error]);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const modifiers = toModifiers(drafts, currency);
    if (min.value === null || max.value === null || modifiers === null) return;
    save.mutate({ name: name.trim(), min: min.value, max: max.value, modifiers });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Card withBorder>
          <Group align="start">
            <TextInput
              label="Name"
              description="What customers are asked to choose."
              required
              maxLength={100}
              flex="1 1 14rem"
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              error={errors.at('name')}
            />
            <WholeField
              label="At least"
              description="0 if it is optional."
              required
              flex="1 1 7rem"
              entry={min}
              refusal={errors.at('min')}
            />
            <WholeField
              label="At most"
              description="Of all modifiers together."
              required
              flex="1 1 7rem"
              entry={max}
              refusal={errors.at('max')}
            />
          </Group>
        </Card>
        <Title order={2} size="h4">
          Modifiers
        </Title>
        <ModifierList
          drafts={drafts}
          currency={currency}
          errors={errors}
          onChange={setDrafts}
          onReorder={save.reset}
        />
        <SaveProblem error={save.error} fieldErrors={errors} onReload={onReload} />
        <Button type="submit" loading={save.isPending}>
          {group === null ? 'Add the modifier group' : 'Save'}
        </Button>
      </Stack>
    </form>
  );
}
