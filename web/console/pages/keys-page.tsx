import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { HistoryButton } from '../audit/history-button.tsx';
import { KeyEnd } from '../keys/key-end.tsx';
import { KeyForm, keysKey } from '../keys/key-form.tsx';
import { BlockCell, BlockRow, BlockTable } from '../parts/block-table.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { useCurrency } from '../parts/use-currency.ts';

type Key = ItemOf<'listApiKeys'>;

/** Shows the API keys that have not been revoked: who created them, what they may do, when they end, and their history. */
export default function KeysPage() {
  const [isOpen, { open, close }] = useDisclosure();
  const keys = usePages(keysKey, (cursor) =>
    readBody(api.GET('/api/api-keys', { params: { query: cursor } })),
  );
  const { currency } = useCurrency();
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
        <BlockTable
          caption="API keys"
          headings={['Key', 'May', 'Created by', 'Last used', 'Ends']}
          withActions
        >
          {keys.items.map((key) => (
            <Row key={key.id} apiKey={key} currency={currency} />
          ))}
        </BlockTable>
      )}
      <PageFoot query={keys} empty="No keys yet." />
      <Dialog opened={isOpen} onClose={close} title="New key">
        <KeyForm onDone={close} />
      </Dialog>
    </>
  );
}

function Row({ apiKey: key, currency }: { apiKey: Key; currency: string | undefined }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/api-keys/{id}', { params: { path: { id: key.id } } }),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: keysKey }),
  });
  return (
    <BlockRow>
      <BlockCell>
        <Text size="sm" fw={600}>
          <bdi>{key.name}</bdi>
        </Text>
        <Text size="sm" c="dimmed">
          {key.prefix}…
        </Text>
      </BlockCell>
      <BlockCell label="May">
        <div>
          <Text size="sm">{key.scopes.join(', ')}</Text>
          {key.refundMax !== null && currency !== undefined && (
            <Text size="sm" c="dimmed">
              refunds up to {formatMoney({ amount: key.refundMax, currency })} an hour
            </Text>
          )}
        </div>
      </BlockCell>
      <BlockCell label="Created by">
        <div>
          <Text size="sm">
            <bdi>{key.createdBy.name}</bdi>
          </Text>
          {key.heldBy.id !== key.createdBy.id && (
            <Text size="sm" c="dimmed">
              held by <bdi>{key.heldBy.name}</bdi>
            </Text>
          )}
        </div>
      </BlockCell>
      <BlockCell label="Last used">
        {key.lastUsedAt === null ? (
          <Text size="sm" c="dimmed">
            never
          </Text>
        ) : (
          <Timestamp at={key.lastUsedAt} />
        )}
      </BlockCell>
      <BlockCell label="Ends">
        <KeyEnd expiresAt={key.expiresAt} />
      </BlockCell>
      <BlockCell>
        <Group gap="xs" wrap="nowrap" justify="end" className="block-actions">
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
      </BlockCell>
    </BlockRow>
  );
}
