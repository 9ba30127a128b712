import { SegmentedControl, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { Problem } from '../parts/problem.tsx';
import type { FieldsProps } from './fields-props.ts';

type Person = ItemOf<'listUsers'>;

const LINE_MAX = 200;
const PHONE_MAX = 50;
const FOUND_MAX = 20;

/** Enters who the order is for: a guest, or a customer with an account. */
export function CustomerFields({ draft, onChange, errors }: FieldsProps) {
  const { isGuest, name, phone, email } = draft;
  const at = (field: string) =>
    errors.at(isGuest ? `guest/${field}` : `fulfilment/contact/${field}`);
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Who orders"
        data={[
          { value: 'guest', label: 'Guest' },
          { value: 'account', label: 'Customer with an account' },
        ]}
        value={isGuest ? 'guest' : 'account'}
        onChange={(value) => onChange({ isGuest: value === 'guest' })}
      />
      {!isGuest && <AccountField draft={draft} onChange={onChange} errors={errors} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label={isGuest ? 'Name' : 'Ask for'}
          autoComplete="off"
          dir="auto"
          maxLength={LINE_MAX}
          value={name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          error={at('name')}
        />
        <TextInput
          label="Phone"
          type="tel"
          autoComplete="off"
          placeholder="+44 20 7946 0000"
          maxLength={PHONE_MAX}
          value={phone}
          onChange={({ currentTarget }) => onChange({ phone: currentTarget.value })}
          error={at('phone')}
        />
      </SimpleGrid>
      {isGuest && (
        <TextInput
          label="E-mail (optional)"
          description="Mails about the order are sent here."
          type="email"
          autoComplete="off"
          maxLength={LINE_MAX}
          value={email}
          onChange={({ currentTarget }) => onChange({ email: currentTarget.value })}
          error={at('email')}
        />
      )}
    </Stack>
  );
}

function AccountField({ draft, onChange, errors }: FieldsProps) {
  const { account } = draft;
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const found = useQuery({
    queryKey: ['people', 'found', wanted],
    queryFn: () =>
      readBody(
        api.GET('/api/users', {
          params: {
            query: {
              role: 'customer',
              limit: FOUND_MAX,
              ...(wanted === '' ? {} : { search: wanted }),
            },
          },
        }),
      ),
    placeholderData: (previous) => previous,
  });
  const people = (found.data?.data ?? []).filter(({ disabled }) => !disabled);
  const isListed = account === null || people.some(({ id }) => id === account.id);
  const listed = isListed ? people : [account, ...people];
  return (
    <>
      <Select
        label="Customer"
        placeholder="Name or e-mail"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Another customer' }}
        nothingFoundMessage="No matching customer."
        // The server has searched already, regardless of accents.
        filter={({ options }) => options}
        data={listed.map((person) => ({ value: person.id, label: describePerson(person) }))}
        searchValue={search}
        onSearchChange={setSearch}
        value={account?.id ?? null}
        onChange={(id) => {
          const person = listed.find((one) => one.id === id);
          onChange({ account: person ?? null });
        }}
        error={errors.at('customerId')}
      />
      <Problem error={found.error} />
    </>
  );
}

function describePerson({ name, email }: Pick<Person, 'name' | 'email'>): string {
  return name === '' ? email : `${isolateDirection(name)} · ${email}`;
}
