import { Button, Checkbox, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import {
  choose,
  countUnits,
  describeMissing,
  describeRange,
  getUnitsMax,
  isSingle,
  listChosen,
  type Modifier,
  type Group as ModifierGroup,
  type Product,
  readChosen,
  type Units,
} from '../../shared/choices.ts';
import { formatMoney } from '../../shared/money.ts';
import type { Choice, DraftLine } from './draft.ts';
import { QuantityStepper } from './quantity-stepper.tsx';

const NOTE_MAX = 200;
/** What has to be chosen is read before the choices. */
const WRAPPER_ORDER: ['label', 'description', 'input'] = ['label', 'description', 'input'];
export const QUANTITY_MAX = 999;

interface ChoiceFormProps {
  readonly product: Product;
  /** The line that is changed. Null: a new one. */
  readonly line: DraftLine | null;
  onDone(choice: Choice): void;
}

/** Chooses the modifiers, the note and the quantity of a dish. */
export function ChoiceForm({ product, line, onDone }: ChoiceFormProps) {
  const { modifierGroups: groups, name } = product;
  const [units, setUnits] = useState<Units>(() => readChosen(groups, line?.modifiers ?? []));
  const [note, setNote] = useState(line?.note ?? '');
  const [quantity, setQuantity] = useState(line?.quantity ?? 1);
  const missing = describeMissing(groups, units);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (missing === null) onDone({ quantity, modifiers: listChosen(groups, units), note });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {groups.map((group) => (
          <GroupField key={group.id} group={group} units={units} onChange={setUnits} />
        ))}
        <TextInput
          label="Note for the kitchen"
          placeholder="Without onions, for example"
          dir="auto"
          maxLength={NOTE_MAX}
          value={note}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <Text role="status" size="sm" c="dimmed" mih="1.5em">
          {missing}
        </Text>
        <Group justify="space-between">
          <QuantityStepper
            name={name}
            quantity={quantity}
            min={1}
            max={QUANTITY_MAX}
            onChange={setQuantity}
          />
          <Button type="submit" disabled={missing !== null}>
            {line === null ? 'Add to the order' : 'Change'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface GroupFieldProps {
  readonly group: ModifierGroup;
  readonly units: Units;
  onChange(units: Units): void;
}

function GroupField({ group, units, onChange }: GroupFieldProps) {
  const { modifiers, max } = group;
  const chosen = countUnits(group, units);
  const set = (code: string, quantity: number) => onChange(choose(group, units, code, quantity));
  const label = <bdi>{group.name}</bdi>;
  const description = describeRange(group);
  if (isSingle(group)) {
    const value = modifiers.find(({ code }) => (units[code] ?? 0) > 0)?.code ?? null;
    return (
      <Radio.Group
        label={label}
        description={description}
        inputWrapperOrder={WRAPPER_ORDER}
        value={value}
        onChange={(code) => set(code, 1)}
      >
        <Stack gap={6} mt={6}>
          {modifiers.map((modifier) => (
            <Radio
              key={modifier.code}
              value={modifier.code}
              label={<ModifierName modifier={modifier} />}
              disabled={getUnitsMax(modifier) === 0}
            />
          ))}
        </Stack>
      </Radio.Group>
    );
  }
  return (
    <Checkbox.Group
      label={label}
      inputWrapperOrder={WRAPPER_ORDER}
      description={max > 1 ? `${description} · ${chosen} of ${max} chosen` : description}
      value={modifiers.map(({ code }) => code).filter((code) => (units[code] ?? 0) > 0)}
    >
      <Stack gap={6} mt={6}>
        {modifiers.map((modifier) => (
          <ModifierField
            key={modifier.code}
            modifier={modifier}
            quantity={units[modifier.code] ?? 0}
            isOne={max === 1}
            isFull={chosen >= max}
            onChange={(quantity) => set(modifier.code, quantity)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

interface ModifierFieldProps {
  readonly modifier: Modifier;
  readonly quantity: number;
  /** One modifier of the group can be chosen, and another choice replaces it. */
  readonly isOne: boolean;
  /** No further unit of the group can be chosen. */
  readonly isFull: boolean;
  onChange(quantity: number): void;
}

function ModifierField({ modifier, quantity, isOne, isFull, onChange }: ModifierFieldProps) {
  const max = getUnitsMax(modifier);
  if (modifier.quantityMax > 1 && !isOne && max > 0) {
    return (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          <ModifierName modifier={modifier} />
        </Text>
        <QuantityStepper
          name={modifier.name}
          quantity={quantity}
          max={isFull ? quantity : max}
          onChange={onChange}
        />
      </Group>
    );
  }
  return (
    <Checkbox
      value={modifier.code}
      label={<ModifierName modifier={modifier} />}
      disabled={quantity === 0 && (max === 0 || (isFull && !isOne))}
      onChange={({ currentTarget }) => onChange(currentTarget.checked ? 1 : 0)}
    />
  );
}

function ModifierName({ modifier }: { modifier: Modifier }) {
  const { name, price } = modifier;
  return (
    <>
      <bdi>{name}</bdi>
      {getUnitsMax(modifier) === 0 && ' (sold out)'}
      {price.amount > 0 && (
        <>
          {' '}
          <bdi>+{formatMoney(price)}</bdi>
        </>
      )}
    </>
  );
}
