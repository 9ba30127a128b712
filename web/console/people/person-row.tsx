import { Badge, Group, Select, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, readBody } from '../../shared/api.ts';
import { HistoryButton } from '../audit/history-button.tsx';
import { HeldKeys, readHeldKeys } from '../keys/held-keys.tsx';
import { BlockCell, BlockRow } from '../parts/block-table.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { type Person, peopleKey } from './person.ts';
import { PersonMenu } from './person-menu.tsx';

type Role = Person['role'];
type Change = ({ role: Role } | { vip: boolean } | { disabled: boolean }) & {
  keys?: 'end' | 'take';
};

export const roles: readonly Role[] = ['customer', 'kitchen', 'admin'];

/** Shows a user, and changes what they may do. */
export function PersonRow({ person }: { person: Person }) {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (body: Change) =>
      readBody(api.PATCH('/api/users/{id}', { params: { path: { id: person.id } }, body })),
    onError: (error) => {
      if (readHeldKeys(error) === null) notifyProblem(error);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: peopleKey }),
  });
  const who = person.name || person.email;
  const refused = change.variables;
  return (
    <BlockRow>
      <BlockCell>
        <Text size="sm" fw={600}>
          <bdi>{who}</bdi>
        </Text>
        {who !== person.email && (
          <Text size="sm" c="dimmed">
            {person.email}
          </Text>
        )}
        <Group gap={4}>
          <FactorBadge person={person} />
          {!person.emailVerified && (
            <Badge color="gray" variant="light">
              E-mail not verified
            </Badge>
          )}
        </Group>
        <HeldKeys
          userId={person.id}
          who={who}
          keys={readHeldKeys(change.error)}
          onChoose={(keys) => refused !== undefined && change.mutate({ ...refused, keys })}
          onClose={change.reset}
        />
      </BlockCell>
      <BlockCell label="Role">
        <Select
          aria-label={`Role of ${isolateDirection(who)}`}
          data={[...roles]}
          value={person.role}
          allowDeselect={false}
          disabled={change.isPending}
          onChange={(role) => role !== null && change.mutate({ role: role as Role })}
          w={130}
        />
      </BlockCell>
      <BlockCell label="VIP">
        <Switch
          aria-label={`${isolateDirection(who)} is a VIP`}
          checked={person.vip}
          disabled={change.isPending}
          onChange={({ currentTarget }) => change.mutate({ vip: currentTarget.checked })}
        />
      </BlockCell>
      <BlockCell label="May sign in">
        <Switch
          aria-label={`${isolateDirection(who)} may sign in`}
          checked={!person.disabled}
          disabled={change.isPending}
          onChange={({ currentTarget }) => change.mutate({ disabled: !currentTarget.checked })}
        />
      </BlockCell>
      <BlockCell label="Since">
        <Timestamp at={person.createdAt} />
      </BlockCell>
      <BlockCell>
        <Group gap="xs" wrap="nowrap" justify="end" className="block-actions">
          <HistoryButton subject={person.id} name={who} />
          <PersonMenu person={person} who={who} />
        </Group>
      </BlockCell>
    </BlockRow>
  );
}

/** Staff should have a second factor, customers may. */
function FactorBadge({ person: { secondFactor, role } }: { person: Person }) {
  if (!secondFactor && role === 'customer') return null;
  return (
    <Badge color={secondFactor ? 'teal' : 'yellow'} variant="light">
      {secondFactor ? 'Second factor' : 'No second factor'}
    </Badge>
  );
}
