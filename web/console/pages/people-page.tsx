import { Group, Select, Switch, Table, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { HistoryButton } from '../audit/history-button.tsx';
import { HeldKeys, readHeldKeys } from '../keys/held-keys.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { useUrlFilters } from '../parts/use-url-filters.ts';

type Person = ItemOf<'listUsers'>;
type Role = Person['role'];
type Change = ({ role: Role } | { vip: boolean } | { disabled: boolean }) & {
  keys?: 'end' | 'take';
};

const roles: readonly Role[] = ['customer', 'kitchen', 'admin'];

export default function PeoplePage() {
  const { get, set } = useUrlFilters<'search' | 'role'>();
  const search = get('search');
  const role = roles.find((known) => known === get('role')) ?? null;
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const people = usePages(['people', wanted, role], (cursor) =>
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
        <Table.ScrollContainer minWidth={680}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Who</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>VIP</Table.Th>
                <Table.Th>May sign in</Table.Th>
                <Table.Th>Since</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.items.map((person) => (
                <Row key={person.id} person={person} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={people} empty="No matching people." />
    </>
  );
}

function Row({ person }: { person: Person }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Change) =>
      readBody(api.PATCH('/api/users/{id}', { params: { path: { id: person.id } }, body })),
    onError: (error) => {
      if (readHeldKeys(error) === null) notifyProblem(error);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['people'] }),
  });
  const who = person.name || person.email;
  const refused = change.variables;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          <bdi>{who}</bdi>
        </Text>
        {who !== person.email && (
          <Text size="sm" c="dimmed">
            {person.email}
          </Text>
        )}
        <HeldKeys
          userId={person.id}
          who={who}
          keys={readHeldKeys(change.error)}
          onChoose={(keys) => refused !== undefined && change.mutate({ ...refused, keys })}
          onClose={change.reset}
        />
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={`Role of ${isolateDirection(who)}`}
          data={[...roles]}
          value={person.role}
          allowDeselect={false}
          disabled={change.isPending}
          onChange={(role) => role !== null && change.mutate({ role: role as Role })}
          w={130}
        />
      </Table.Td>
      <Table.Td>
        <Switch
          aria-label={`${isolateDirection(who)} is a VIP`}
          checked={person.vip}
          disabled={change.isPending}
          onChange={({ currentTarget }) => change.mutate({ vip: currentTarget.checked })}
        />
      </Table.Td>
      <Table.Td>
        <Switch
          aria-label={`${isolateDirection(who)} may sign in`}
          checked={!person.disabled}
          disabled={change.isPending}
          onChange={({ currentTarget }) => change.mutate({ disabled: !currentTarget.checked })}
        />
      </Table.Td>
      <Table.Td>
        <Timestamp at={person.createdAt} />
      </Table.Td>
      <Table.Td ta="right">
        <HistoryButton subject={person.id} name={who} />
      </Table.Td>
    </Table.Tr>
  );
}
