import { Checkbox, Group } from '@mantine/core';
import { type FulfilmentType, formatFulfilment, fulfilmentTypes } from '../parts/fulfilment.ts';

interface FulfilmentFieldProps {
  readonly value: readonly FulfilmentType[];
  readonly onChange: (types: FulfilmentType[]) => void;
  readonly description: string;
  readonly refusal: string | null;
}

/** Chooses the kinds of order that a rule is for. */
export function FulfilmentField({ value, onChange, description, refusal }: FulfilmentFieldProps) {
  return (
    <Checkbox.Group
      label="Kinds of order"
      description={description}
      error={refusal}
      value={[...value]}
      onChange={(types) => onChange(types as FulfilmentType[])}
    >
      <Group my="xs" gap="md">
        {fulfilmentTypes.map((type) => (
          <Checkbox key={type} value={type} label={formatFulfilment(type)} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

/** Returns the list as the API has it: null for every kind of order. */
export function toTypes(types: readonly FulfilmentType[]): FulfilmentType[] | null {
  return types.length === 0 || types.length === fulfilmentTypes.length ? null : [...types];
}

export function describeTypes(types: readonly FulfilmentType[] | null, otherwise: string): string {
  return types === null ? otherwise : types.map(formatFulfilment).join(', ');
}
