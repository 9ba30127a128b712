import { Badge, Input, Select, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useNow } from '../../shared/use-now.ts';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import { type FulfilmentType, formatFulfilment, fulfilmentTypes } from '../parts/fulfilment.ts';
import { MoveButtons } from '../parts/move-buttons.tsx';
import { formatClock } from '../parts/shop-clock.ts';
import type { Shop } from '../parts/use-shop.ts';
import { ShopSection } from './shop-section.tsx';
import { useShopForm } from './use-shop-form.ts';

const ZONES_SHOWN = 50;
const TIPS_MAX = 6;

interface Draft {
  readonly name: string;
  readonly timeZone: string;
  readonly types: readonly FulfilmentType[];
  readonly tips: readonly string[];
}

/** Sets the name of the shop, where it is, and what it offers. */
export function OfferSection({ shop }: { readonly shop: Shop }) {
  const form = useShopForm<Draft>(shop, {
    names: ['name', 'timeZone', 'fulfilmentTypes', 'tipPercents'],
    fields: ['name', 'timeZone', 'fulfilmentTypes', 'tipPercents', 'tipPercents/#'],
    toDraft: ({ name, timeZone, fulfilmentTypes: types, tipPercents }) => ({
      name,
      timeZone,
      types,
      tips: tipPercents.map((percent) => formatWhole(percent)),
    }),
    toTerms: readDraft,
  });
  const { draft, errors, set } = form;
  return (
    <ShopSection title="The shop" form={form}>
      <TextInput
        label="Name"
        description="Leave empty for the name in the configuration."
        maxLength={100}
        value={draft.name}
        error={errors.at('name')}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      />
      <ZoneField
        value={draft.timeZone}
        refusal={errors.at('timeZone')}
        onChange={(timeZone) => set({ timeZone })}
      />
      <TypesField
        value={draft.types}
        refusal={errors.at('fulfilmentTypes')}
        onChange={(types) => set({ types })}
      />
      <TagsInput
        label="Tips in percent"
        description="What customers are proposed, up to six. Whole numbers from 0 to 100."
        placeholder={draft.tips.length === 0 ? 'Type one and press Enter' : ''}
        splitChars={[',', ';', ' ']}
        acceptValueOnBlur
        maxTags={TIPS_MAX}
        value={[...draft.tips]}
        onChange={(tips) => set({ tips: sortTips(tips) })}
        error={findTipError(draft.tips) ?? findTipRefusal(errors)}
      />
    </ShopSection>
  );
}

function readDraft({ name, timeZone, types, tips }: Draft) {
  const percents = tips.map((text) => readWhole(text).value);
  if (percents.includes(null) || types.length === 0) return null;
  return {
    name: name.trim() || null,
    timeZone,
    fulfilmentTypes: [...types],
    tipPercents: percents as number[],
  };
}

/** In ascending order, as the server requires; what is not a number stays at the end to be corrected. */
function sortTips(tips: readonly string[]): string[] {
  const value = (text: string) => readWhole(text.replace(/\s*%$/, '')).value;
  const numbers = tips.map(value).filter((percent) => percent !== null);
  const wrong = tips.filter((text) => value(text) === null);
  const sorted = [...new Set(numbers)].sort((one, other) => one - other);
  return [...sorted.map((percent) => formatWhole(percent)), ...wrong];
}

function findTipError(tips: readonly string[]): string | null {
  return tips.map((text) => readWhole(text).error).find((error) => error !== null) ?? null;
}

function findTipRefusal(errors: { at(field: string): string | null }): string | null {
  const pointers = Array.from({ length: TIPS_MAX }, (_, place) => `tipPercents/${place}`);
  return ['tipPercents', ...pointers].map(errors.at).find((error) => error !== null) ?? null;
}

interface FieldProps<Value> {
  readonly value: Value;
  readonly refusal: string | null;
  readonly onChange: (value: Value) => void;
}

function ZoneField({ value, refusal, onChange }: FieldProps<string>) {
  const now = useNow(15_000);
  const zones = useMemo(() => {
    const names = new Set(['UTC', value, ...Intl.supportedValuesOf('timeZone')]);
    return [...names].sort().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }));
  }, [value]);
  return (
    <Select
      label="Time zone"
      description={`It is ${formatClock(new Date(now).toISOString(), value)} there now.`}
      searchable
      limit={ZONES_SHOWN}
      nothingFoundMessage="No such time zone."
      allowDeselect={false}
      data={zones}
      value={value}
      error={refusal}
      onChange={(zone) => zone !== null && onChange(zone)}
    />
  );
}

/** Chooses the kinds of order and their order. */
function TypesField({ value, refusal, onChange }: FieldProps<readonly FulfilmentType[]>) {
  const others = fulfilmentTypes.filter((type) => !value.includes(type));
  const move = (from: number, to: number) => {
    const types = [...value];
    types.splice(to, 0, ...types.splice(from, 1));
    onChange(types);
  };
  return (
    <fieldset className="types-field" aria-label="Kinds of order">
      <Input.Label labelElement="div" aria-hidden>
        Kinds of order
      </Input.Label>
      <ul className="types">
        {[...value, ...others].map((type, place) => {
          const isOffered = place < value.length;
          const label = formatFulfilment(type);
          return (
            <li key={type}>
              <Switch
                label={label}
                checked={isOffered}
                // A shop offers at least one.
                disabled={isOffered && value.length === 1}
                onChange={() =>
                  onChange(isOffered ? value.filter((one) => one !== type) : [...value, type])
                }
              />
              {place === 0 && <Badge variant="light">Default</Badge>}
              {isOffered && value.length > 1 && (
                <span className="types-move">
                  <MoveButtons
                    label={label}
                    place={place}
                    count={value.length}
                    onMove={(to) => move(place, to)}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      <Text size="xs" c="dimmed">
        The first applies to orders that name none.
      </Text>
      {refusal !== null && (
        <Text size="sm" c="var(--mantine-color-error)">
          {refusal}
        </Text>
      )}
    </fieldset>
  );
}
