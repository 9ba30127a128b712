import { Button, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useMemo, useState } from 'react';
import { api, type Order, readBody } from '../../shared/api.ts';
import { listCountries } from '../../shared/countries.ts';
import { type FieldErrors, readFieldErrors } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';
import type { Shop } from '../parts/use-shop.ts';
import { type FulfilmentDraft, readChange, startDraft } from './fulfilment-draft.ts';
import { NextTimes } from './next-times.tsx';
import { TimeField } from './time-field.tsx';

const addressFields = ['line1', 'line2', 'city', 'region', 'postalCode', 'country'] as const;
const fields = [
  'requestedFor',
  'contact',
  'contact/name',
  'contact/phone',
  'instructions',
  ...addressFields.map((field) => `address/${field}`),
];

interface FulfilmentFormProps {
  readonly order: Order;
  readonly shop: Shop;
  readonly onDone: () => void;
}

export function FulfilmentForm({ order, shop, onDone }: FulfilmentFormProps) {
  const queries = useQueryClient();
  const [started] = useState(() => ({
    order,
    draft: startDraft(order.fulfilment, shop.timeZone),
  }));
  const [draft, setDraft] = useState(started.draft);
  const set = (change: Partial<FulfilmentDraft>) => setDraft({ ...draft, ...change });
  const change = readChange(draft, started.draft, shop.timeZone);
  // A payment or another status meanwhile is no conflict.
  const isSame = JSON.stringify(order.fulfilment) === JSON.stringify(started.order.fulfilment);
  const { version } = isSame ? order : started.order;
  const save = useMutation({
    mutationFn: () =>
      readBody(
        api.PATCH('/api/orders/{id}/fulfilment', {
          params: { path: { id: order.id } },
          body: { ...change, version },
        }),
      ),
    onSuccess() {
      notifications.show({ message: 'Saved.' });
      onDone();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['order', order.id] }),
  });
  const errors = readFieldErrors(save.error, fields);
  const canSave = change !== null && Object.keys(change).length > 0;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (canSave) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {order.fulfilment.type !== 'SHIPMENT' && (
          <TimeField
            draft={draft}
            set={set}
            shop={shop}
            type={order.fulfilment.type}
            refusal={errors.at('requestedFor')}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label="Name"
            maxLength={200}
            value={draft.name}
            error={errors.at('contact/name')}
            onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          <TextInput
            label="Phone"
            type="tel"
            maxLength={50}
            value={draft.phone}
            error={errors.at('contact/phone')}
            onChange={({ currentTarget }) => set({ phone: currentTarget.value })}
          />
        </SimpleGrid>
        {draft.address !== null && (
          <AddressFields
            address={draft.address}
            set={(address) => set({ address })}
            errors={errors}
          />
        )}
        <Textarea
          label="Instructions"
          autosize
          maxLength={500}
          value={draft.instructions}
          error={errors.at('instructions')}
          onChange={({ currentTarget }) => set({ instructions: currentTarget.value })}
        />
        <Problem error={save.error} fieldErrors={errors} />
        <NextTimes error={save.error} timeZone={shop.timeZone} set={set} />
        <Button type="submit" loading={save.isPending} disabled={!canSave}>
          Save
        </Button>
      </Stack>
    </form>
  );
}

type Address = NonNullable<FulfilmentDraft['address']>;

const labels: Readonly<Record<keyof Address, string>> = {
  line1: 'Address',
  line2: 'Second line',
  city: 'Town',
  region: 'Region',
  postalCode: 'Postal code',
  country: 'Country',
};

interface AddressFieldsProps {
  readonly address: Address;
  readonly set: (address: Address) => void;
  readonly errors: FieldErrors;
}

function AddressFields({ address, set, errors }: AddressFieldsProps) {
  const countries = useMemo(
    () => listCountries().map(({ code, name }) => ({ value: code, label: name })),
    [],
  );
  return (
    <>
      {addressFields.slice(0, -1).map((field) => (
        <TextInput
          key={field}
          label={labels[field]}
          required={field === 'line1' || field === 'city'}
          maxLength={200}
          value={address[field]}
          error={errors.at(`address/${field}`)}
          onChange={({ currentTarget }) => set({ ...address, [field]: currentTarget.value })}
        />
      ))}
      <Select
        label={labels.country}
        searchable
        allowDeselect={false}
        data={countries}
        value={address.country}
        error={errors.at('address/country')}
        onChange={(country) => country !== null && set({ ...address, country })}
      />
    </>
  );
}
