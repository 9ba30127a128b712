import { Button, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type Dispatch, type SetStateAction, useCallback, useState } from 'react';
import type { FieldErrors } from '../parts/field-errors.ts';
import { addDraft, type ModifierDraft, moveDraft } from './modifier-draft.ts';
import { ModifierFields } from './modifier-fields.tsx';

const MODIFIERS_MAX = 100;

interface ModifierListProps {
  readonly drafts: readonly ModifierDraft[];
  readonly currency: string;
  readonly errors: FieldErrors;
  readonly onChange: Dispatch<SetStateAction<readonly ModifierDraft[]>>;
  /** Called when places change, so that errors of the old places disappear. */
  readonly onReorder: () => void;
}

/**
 * Edits the modifiers of a group, in the order in which they are offered. The callbacks are the same in each rendering,
 * so that a keystroke renders one modifier of a hundred.
 */
export function ModifierList({ drafts, currency, errors, onChange, onReorder }: ModifierListProps) {
  const [status, setStatus] = useState('');
  const count = drafts.length;
  const change = useCallback(
    (key: number, changed: Partial<ModifierDraft>) =>
      onChange((old) => old.map((one) => (one.key === key ? { ...one, ...changed } : one))),
    [onChange],
  );
  const move = useCallback(
    ({ name }: ModifierDraft, from: number, to: number) => {
      onReorder();
      onChange((old) => moveDraft(old, from, to));
      setStatus(`${name} is now ${to + 1} of ${count}.`);
    },
    [onChange, onReorder, count],
  );
  const remove = useCallback(
    (key: number) => {
      onReorder();
      onChange((old) => old.filter((one) => one.key !== key));
    },
    [onChange, onReorder],
  );
  const refusal = errors.at('modifiers');
  return (
    <Stack gap="xs">
      {drafts.map((draft, place) => (
        <ModifierFields
          key={draft.key}
          draft={draft}
          currency={currency}
          place={place}
          count={count}
          errors={errors}
          onChange={change}
          onMove={move}
          onRemove={remove}
        />
      ))}
      {refusal !== null && (
        <Text c="var(--mantine-color-error)" size="sm" role="alert">
          {refusal}
        </Text>
      )}
      <VisuallyHidden role="status">{status}</VisuallyHidden>
      <Button
        variant="default"
        leftSection={<IconPlus size={18} aria-hidden />}
        disabled={count >= MODIFIERS_MAX}
        onClick={() => onChange((old) => addDraft(old, currency))}
      >
        Add a modifier
      </Button>
    </Stack>
  );
}
