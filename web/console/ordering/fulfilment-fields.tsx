import {
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMemo } from 'react';
import { listCountries } from '../../shared/countries.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import type { Shop } from '../parts/use-shop.ts';
import { type AddressTexts, type FulfilmentType, needsAddress } from './draft.ts';
import type { FieldsProps } from './fields-props.ts';
import { TimeField } from './time-field.tsx';

const LINE_MAX = 200;
const TABLE_MAX = 20;
const INSTRUCTIONS_MAX = 500;

interface FulfilmentFieldsProps extends FieldsProps {
  readonly shop: Shop;
}

/** Enters how, where and when the order reaches the customer. */
export function FulfilmentFields({ shop, ...fields }: FulfilmentFieldsProps) {
  const { draft, onChange, errors } = fields;
  const { type, table, instructions } = draft;
  const { fulfilmentTypes } = shop;
  return (
    <Stack gap="sm">
      {fulfilmentTypes.length > 1 ? (
        <SegmentedControl
          aria-label="Way of fulfilment"
          data={fulfilmentTypes.map((value) => ({ value, label: formatFulfilment(value) }))}
          value={type}
          onChange={(value) => onChange({ type: value as FulfilmentType, requestedFor: null })}
        />
      ) : (
        <Text>{formatFulfilment(type)}</Text>
      )}
      {type === 'DINE_IN' && (
        <TextInput
          label="Table"
          required
          maxLength={TABLE_MAX}
          value={table}
          onChange={({ currentTarget }) => onChange({ table: currentTarget.value })}
          error={errors.at('fulfilment/table')}
        />
      )}
      {needsAddress(type) && <AddressFields {...fields} />}
      {type !== 'SHIPMENT' && <TimeField shop={shop} {...fields} />}
      <Textarea
        label={needsAddress(type) ? 'Instructions for the delivery' : 'Instructions'}
        placeholder={needsAddress(type) ? 'Blue door, second floor' : undefined}
        autosize
        minRows={1}
        dir="auto"
        maxLength={INSTRUCTIONS_MAX}
        value={instructions}
        onChange={({ currentTarget }) => onChange({ instructions: currentTarget.value })}
        error={errors.at('fulfilment/instructions')}
      />
    </Stack>
  );
}

const addressFields = [
  { name: 'line1', label: 'Street and number', required: true },
  { name: 'line2', label: 'Flat or floor', required: false },
  { name: 'postalCode', label: 'Postcode', required: false },
  { name: 'city', label: 'Town or city', required: true },
  { name: 'region', label: 'Region', required: false },
] as const;

function AddressFields({ draft, onChange, errors }: FieldsProps) {
  const { address } = draft;
  const countries = useMemo(listCountries, []);
  const set = (change: Partial<AddressTexts>) => onChange({ address: { ...address, ...change } });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {addressFields.map(({ name, label, required }) => (
        <TextInput
          key={name}
          label={label}
          required={required}
          autoComplete="off"
          dir="auto"
          maxLength={LINE_MAX}
          value={address[name]}
          onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
          error={errors.at(`fulfilment/address/${name}`)}
        />
      ))}
      <Select
        label="Country"
        required
        searchable
        data={countries.map(({ code, name }) => ({ value: code, label: name }))}
        value={address.country === '' ? null : address.country}
        onChange={(country) => set({ country: country ?? '' })}
        error={errors.at('fulfilment/address/country')}
      />
    </SimpleGrid>
  );
}
