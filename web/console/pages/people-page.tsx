import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { api, readBody } from '../../shared/api.ts';
import { BlockTable } from '../parts/block-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { useShop } from '../parts/use-shop.ts';
import { useUrlFilters } from '../parts/use-url-filters.ts';
import { EraseRequests, useEraseRequests } from '../people/erase-requests.tsx';
import { peopleKey } from '../people/person.ts';
import { PersonRow, roles } from '../people/person-row.tsx';

export default function PeoplePage() {
  const { get, set } = useUrlFilters<'search' | 'role'>();
  const search = get('search');
  const role = roles.find((known) => known === get('role')) ?? null;
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const people = usePages([...peopleKey, wanted, role], (cursor) =>
    readBody(
      api.GET('/api/users', {
        params: {
          query: {
            ...(wanted === '' ? {} : { search: wanted }),
            ...(role === null ? {} : { role }),
            ...cursor,
          },
        },
      }),
    ),
  );
  const requests = useEraseRequests();
  const { data: shop, error: shopError } = useShop();
  // Both lists at once: one that grew later would move the other under the pointer.
  const isReady = shop !== undefined && !requests.isPending;
  const items = isReady ? people.items : undefined;
  return (
    <>
      <PageTitle mb="md">Customers and staff</PageTitle>
      {isReady && <EraseRequests requests={requests} timeZone={shop.timeZone} />}
      <Group align="end" mb="md">
        <TextInput
          label="Search"
          placeholder="Name or e-mail"
          leftSection={<IconSearch size={16} aria-hidden />}
          maxLength={200}
          value={search}
          onChange={({ currentTarget }) => set('search', currentTarget.value)}
          w={280}
        />
        <Select
          label="Role"
          placeholder="Any"
          data={[...roles]}
          value={role}
          onChange={(chosen) => set('role', chosen ?? '')}
          clearable
          w={160}
        />
      </Group>
      {items !== undefined && (
        <BlockTable
          caption="Customers and staff, newest first"
          headings={['Who', 'Role', 'VIP', 'May sign in', 'Since']}
          withActions
        >
          {items.map((person) => (
            <PersonRow key={person.id} person={person} />
          ))}
        </BlockTable>
      )}
      <PageFoot
        query={{ ...people, items, error: people.error ?? shopError }}
        empty="No matching people."
      />
    </>
  );
}
