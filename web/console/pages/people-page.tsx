import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { api, readBody } from '../../shared/api.ts';
import { BlockTable } from '../parts/block-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { useUrlFilters } from '../parts/use-url-filters.ts';
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
  return (
    <>
      <PageTitle mb="md">Customers and staff</PageTitle>
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
      {people.items !== undefined && (
        <BlockTable
          caption="Customers and staff, newest first"
          headings={['Who', 'Role', 'VIP', 'May sign in', 'Since']}
          withActions
        >
          {people.items.map((person) => (
            <PersonRow key={person.id} person={person} />
          ))}
        </BlockTable>
      )}
      <PageFoot query={people} empty="No matching people." />
    </>
  );
}
