import { Button, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { FieldErrors } from '../parts/field-errors.ts';
import { addDraft, type ModifierDraft, moveDraft } from './modifier-draft.ts';
import { ModifierFields, moverId } from './modifier-fields.tsx';

const MODIFIERS_MAX = 100;

interface ModifierListProps {
  readonly drafts: readonly ModifierDraft[];
  readonly currency: string;
  readonly errors: FieldErrors;
  readonly onChange: (drafts: readonly ModifierDraft[]) => void;
  /** Called when places change, so that errors of the old places disappear. */
  readonly onReorder: () => void;
}

interface Move {
  readonly draft: ModifierDraft;
  readonly place: number;
  readonly direction: 'up' | 'down';
}

/** Edits the modifiers of a group, in the order in which they are offered. */
export function ModifierList({ drafts, currency, errors, onChange, onReorder }: ModifierListProps) {
  const [moved, setMoved] = useState<Move | null>(null);
  useEffect(() => {
    if (moved !== null) focusMover(moved.draft, moved.direction);
  }, [moved]);
  const reorder = (changed: readonly ModifierDraft[]) => {
    onReorder();
    onChange(changed);
  };
  const refusal = errors.at('modifiers');
  return (
    <Stack gap="xs">
      {drafts.map((draft, place) => (
        <ModifierFields
          key={draft.key}
          draft={draft}
          currency={currency}
          place={place}
          count={drafts.length}
          errors={errors}
          onChange={(change) =>
            onChange(drafts.map((one) => (one.key === draft.key ? { ...one, ...change } : one)))
          }
          onMove={(to) => {
            reorder(moveDraft(drafts, place, to));
            setMoved({ draft, place: to, direction: to < place ? 'up' : 'down' });
          }}
          onRemove={() => reorder(drafts.filter(({ key }) => key !== draft.key))}
        />
      ))}
      {refusal !== null && (
        <Text c="var(--mantine-color-error)" size="sm" role="alert">
          {refusal}
        </Text>
      )}
      <VisuallyHidden role="status">
        {moved !== null && `${moved.draft.name} is now ${moved.place + 1} of ${drafts.length}.`}
      </VisuallyHidden>
      <Button
        variant="default"
        leftSection={<IconPlus size={18} aria-hidden />}
        disabled={drafts.length >= MODIFIERS_MAX}
        onClick={() => onChange(addDraft(drafts, currency))}
      >
        Add a modifier
      </Button>
    </Stack>
  );
}

/** A moved element loses the focus. At either end of the list, the button for the other direction gets it. */
function focusMover(draft: ModifierDraft, direction: 'up' | 'down'): void {
  const find = (wanted: 'up' | 'down') =>
    document.querySelector<HTMLButtonElement>(`#${moverId(draft, wanted)}:enabled`);
  (find(direction) ?? find(direction === 'up' ? 'down' : 'up'))?.focus();
}
