import { Badge, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { formatStatus } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Delivery = ItemOf<'listWebhookDeliveries'>;

const colours = { PENDING: 'yellow', DELIVERED: 'teal', FAILED: 'red' } as const;
const REFRESH_MS = 3_000;

export function Deliveries({ endpointId }: { endpointId: string }) {
  const deliveries = usePages(
    ['deliveries', endpointId],
    (cursor) =>
      readBody(
        api.GET('/api/webhook-endpoints/{id}/deliveries', {
          params: { path: { id: endpointId }, query: cursor },
        }),
      ),
    { refetchInterval: REFRESH_MS },
  );
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Event</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th ta="right">Attempts</Table.Th>
              <Table.Th>Last response</Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {deliveries.items?.map((delivery) => (
              <Row key={delivery.id} endpointId={endpointId} delivery={delivery} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <PageFoot query={deliveries} empty="No deliveries yet." />
    </>
  );
}

function Row({ endpointId, delivery }: { endpointId: string; delivery: Delivery }) {
  const queries = useQueryClient();
  const redeliver = useMutation({
    mutationFn: () =>
      api.POST('/api/webhook-endpoints/{id}/deliveries/{deliveryId}/redeliver', {
        params: { path: { id: endpointId, deliveryId: delivery.id } },
      }),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ['deliveries', endpointId] }),
  });
  return (
    <Table.Tr>
      <Table.Td>{delivery.eventType}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={colours[delivery.status]}>
          {formatStatus(delivery.status)}
        </Badge>
      </Table.Td>
      <Table.Td ta="right" className="number">
        {delivery.attempts}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{delivery.lastStatus ?? ''}</Text>
        <Text size="xs" c="dimmed">
          {delivery.lastError ?? ''}
        </Text>
      </Table.Td>
      <Table.Td>
        <Timestamp at={delivery.createdAt} />
        {delivery.nextAttemptAt !== null && (
          <Text size="xs" c="dimmed" component="div">
            next attempt <Timestamp at={delivery.nextAttemptAt} span size="xs" c="dimmed" />
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {delivery.status !== 'PENDING' && (
          <Button
            variant="default"
            size="compact-sm"
            loading={redeliver.isPending}
            onClick={() => redeliver.mutate()}
          >
            Send again
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
