import { Anchor, Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { notifyProblem, Problem } from '../parts/problem.tsx';
import { WithCurrency } from '../parts/with-currency.tsx';
import { GroupForm } from '../prices/group-form.tsx';
import { type ModifierGroup, modifierGroups } from '../prices/rules.ts';

const LIST_PATH = '/prices/modifiers';
const NEW = 'new';

export default function ModifierGroupPage({ id }: { id: string }) {
  if (id === NEW) return <Editor first={null} />;
  return <StoredGroup id={id} />;
}

function StoredGroup({ id }: { id: string }) {
  const { data: group, error } = useQuery({
    queryKey: [modifierGroups.key, id],
    queryFn: () => modifierGroups.read(id),
    // The form starts from what is stored now.
    gcTime: 0,
  });
  if (group === undefined) return <Problem error={error} />;
  return <Editor first={group} />;
}

/** Edits the version that was read first, until it is saved: a later one must not replace what is being typed. */
function Editor({ first }: { first: ModifierGroup | null }) {
  const [group, setGroup] = useState(first);
  const [, navigate] = useLocation();
  const reload = () => {
    if (group !== null) modifierGroups.read(group.id).then(setGroup, notifyProblem);
  };
  return (
    <>
      <Anchor component={Link} href={LIST_PATH} size="sm">
        All modifier groups
      </Anchor>
      <Group justify="space-between" mb="md">
        <PageTitle>{group === null ? 'New modifier group' : group.name}</PageTitle>
        {group !== null && (
          <Group gap="xs">
            <Button variant="default" component={Link} href={`/audit?subject=${group.id}`}>
              History
            </Button>
            <DeleteButton group={group} />
          </Group>
        )}
      </Group>
      <WithCurrency>
        {(currency) => (
          <GroupForm
            key={group?.version ?? NEW}
            group={group}
            currency={currency}
            onSaved={(saved) => (group === null ? navigate(LIST_PATH) : setGroup(saved))}
            onReload={reload}
          />
        )}
      </WithCurrency>
    </>
  );
}

function DeleteButton({ group }: { group: ModifierGroup }) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const remove = useMutation({
    mutationFn: () => modifierGroups.remove(group),
    onSuccess: () => navigate(LIST_PATH),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [modifierGroups.key] }),
  });
  return (
    <Button
      variant="default"
      c="var(--mantine-color-error)"
      loading={remove.isPending}
      onClick={() => {
        if (confirm(`Delete the modifier group “${isolateDirection(group.name)}”?`)) {
          remove.mutate();
        }
      }}
    >
      Delete…
    </Button>
  );
}
