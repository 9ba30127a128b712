import { ActionIcon, Card, Group, Switch, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { memo } from 'react';
import type { FieldErrors } from '../parts/field-errors.ts';
import { MoneyField } from '../parts/money-field.tsx';
import { MoveButtons } from '../parts/move-buttons.tsx';
import { WholeField } from '../parts/whole-field.tsx';
import {
  buildMaxEntry,
  buildPriceEntry,
  CODE_LENGTH_MAX,
  CODE_PATTERN,
  getCode,
  type ModifierDraft,
} from './modifier-draft.ts';

interface ModifierFieldsProps {
  readonly draft: ModifierDraft;
  readonly currency: string;
  /** Counted from 0. */
  readonly place: number;
  readonly count: number;
  readonly errors: FieldErrors;
  readonly onChange: (key: number, change: Partial<ModifierDraft>) => void;
  readonly onMove: (draft: ModifierDraft, from: number, to: number) => void;
  readonly onRemove: (key: number) => void;
}

/** Edits one modifier of a group, and its place among the others. */
export const ModifierFields = memo(function ModifierFields({
  draft,
  currency,
  place,
  count,
  errors,
  onChange,
  onMove,
  onRemove,
}: ModifierFieldsProps) {
  const set = (change: Partial<ModifierDraft>) => onChange(draft.key, change);
  const refusal = (field: string) => errors.at(`modifiers/${place}/${field}`);
  const label = draft.name.trim() === '' ? `modifier ${place + 1}` : draft.name.trim();
  return (
    <Card component="fieldset" withBorder padding="sm" m={0} aria-label={label}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Group gap={4}>
          <MoveButtons
            label={label}
            place={place}
            count={count}
            onMove={(to) => onMove(draft, place, to)}
          />
          <Text size="sm" c="dimmed" className="number">
            {place + 1} of {count}
          </Text>
        </Group>
        <Group gap="sm">
          <Switch
            label="Active"
            checked={draft.active}
            onChange={({ currentTarget }) => set({ active: currentTarget.checked })}
          />
          <ActionIcon
            variant="default"
            size="lg"
            onClick={() => onRemove(draft.key)}
            aria-label={`Remove ${label}`}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <div className="modifier-fields">
        <TextInput
          label="Name"
          required
          maxLength={100}
          value={draft.name}
          onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          error={refusal('name')}
        />
        <TextInput
          label="Code"
          required
          maxLength={CODE_LENGTH_MAX}
          pattern={CODE_PATTERN}
          title="Letters, digits, dots, underscores and hyphens"
          autoComplete="off"
          value={draft.code ?? getCode(draft)}
          onChange={({ currentTarget }) => set({ code: currentTarget.value })}
          error={refusal('code')}
        />
        <MoneyField
          label={`Price in ${currency}`}
          required
          entry={buildPriceEntry(draft, currency, (typedPrice) => set({ typedPrice }))}
          refusal={refusal('price') ?? refusal('price/amount')}
        />
        <WholeField
          label="At most"
          required
          entry={buildMaxEntry(draft, (quantityMax) => set({ quantityMax }))}
          refusal={refusal('quantityMax')}
        />
        <TextInput
          label="SKU"
          placeholder="Stock of a product"
          maxLength={CODE_LENGTH_MAX}
          pattern={CODE_PATTERN}
          autoComplete="off"
          value={draft.sku}
          onChange={({ currentTarget }) => set({ sku: currentTarget.value })}
          error={refusal('sku')}
        />
      </div>
    </Card>
  );
});
