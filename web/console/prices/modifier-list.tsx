import { Button, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { FieldErrors } from '../parts/field-errors.ts';
import { addDraft, type ModifierDraft, moveDraft } from './modifier-draft.ts';
import { ModifierFields } from './modifier-fields.tsx';

const MODIFIERS_MAX = 100;

interface ModifierListProps {
  readonly drafts: readonly ModifierDraft[];
  readonly currency: string;
  readonly errors: FieldErrors;
  readonly onChange: (drafts: readonly ModifierDraft[]) => void;
  /** Called when places change, so that errors of the old places disappear. */
  readonly onReorder: () => void;
}

/** Edits the modifiers of a group, in the order in which they are offered. */
export function ModifierList({ drafts, currency, errors, onChange, onReorder }: ModifierListProps) {
  const [status, setStatus] = useState('');
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
            setStatus(`${draft.name} is now ${to + 1} of ${drafts.length}.`);
          }}
          onRemove={() => reorder(drafts.filter(({ key }) => key !== draft.key))}
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
        disabled={drafts.length >= MODIFIERS_MAX}
        onClick={() => onChange(addDraft(drafts, currency))}
      >
        Add a modifier
      </Button>
    </Stack>
  );
}
