import { Button, Group, Modal, Table, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { HistoryButton } from '../audit/history-button.tsx';
import { KeyEnd } from '../keys/key-end.tsx';
import { KeyForm, keysKey } from '../keys/key-form.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Key = ItemOf<'listApiKeys'>;

/** Shows the API keys that have not been revoked: who created them, what they may do, when they end, and their history. */
export default function KeysPage() {
  const [isOpen, { open, close }] = useDisclosure();
  const keys = usePages(keysKey, (cursor) =>
    readBody(api.GET('/api/api-keys', { params: { query: cursor } })),
  );
  return (
    <>
      <PageTitle mb="md">API keys</PageTitle>
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">
          Access for tills and other systems. A key ends with its holder’s access.
        </Text>
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
          New key
        </Button>
      </Group>
      {keys.items !== undefined && keys.items.length > 0 && (
        <Table.ScrollContainer minWidth={760}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Key</Table.Th>
                <Table.Th>May</Table.Th>
                <Table.Th>Created by</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Ends</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.items.map((key) => (
                <Row key={key.id} apiKey={key} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={keys} empty="No keys yet." />
      <Modal opened={isOpen} onClose={close} title="New key">
        <KeyForm onDone={close} />
      </Modal>
    </>
  );
}

function Row({ apiKey: key }: { apiKey: Key }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/api-keys/{id}', { params: { path: { id: key.id } } }),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: keysKey }),
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          <bdi>{key.name}</bdi>
        </Text>
        <Text size="sm" c="dimmed">
          {key.prefix}…
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{key.scopes.join(', ')}</Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <bdi>{key.createdBy.name}</bdi>
        </Text>
        {key.heldBy.id !== key.createdBy.id && (
          <Text size="sm" c="dimmed">
            held by <bdi>{key.heldBy.name}</bdi>
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {key.lastUsedAt === null ? (
          <Text size="sm" c="dimmed">
            never
          </Text>
        ) : (
          <Timestamp at={key.lastUsedAt} />
        )}
      </Table.Td>
      <Table.Td>
        <KeyEnd expiresAt={key.expiresAt} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="end">
          <HistoryButton subject={key.id} name={key.name} />
          <Button
            variant="default"
            size="compact-sm"
            loading={revoke.isPending}
            aria-label={`Revoke ${isolateDirection(key.name)}`}
            onClick={() => {
              if (confirm(`Revoke ${key.name}? What uses it stops within five seconds.`)) {
                revoke.mutate();
              }
            }}
          >
            Revoke
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
