import { Anchor, Card, Grid, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { formatMoney } from '../../shared/money.ts';
import { refreshQueries } from '../../shared/queries.ts';
import { OrderActions } from '../order/order-actions.tsx';
import { OrderPayments } from '../order/order-payments.tsx';
import { Timeline } from '../order/timeline.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { formatStatus, StatusBadge } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

export default function OrderPage({ id }: { id: string }) {
  const queries = useQueryClient();
  const refresh = () => refreshQueries(queries, ['order', id]);
  useLiveEvents(`/api/orders/${id}/stream`, refresh, refresh);
  const { data: order, error } = useQuery({
    queryKey: ['order', id],
    queryFn: () => readBody(api.GET('/api/orders/{id}', { params: { path: { id } } })),
  });
  if (order === undefined) return <Problem error={error} />;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>{`Order ${order.number}`}</PageTitle>
          <Group gap="xs" mt={4}>
            <StatusBadge status={order.status} />
            <StatusBadge status={order.paymentStatus} />
            {order.vip && <Text fw={700}>VIP</Text>}
          </Group>
        </div>
        <OrderActions order={order} />
      </Group>
      {order.failure !== null && (
        <Text c="red">
          {order.failure.detail} ({order.failure.code})
        </Text>
      )}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            <Facts order={order} />
            <Lines order={order} />
            <OrderPayments orderId={order.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Timeline orderId={order.id} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Facts({ order }: { order: Order }) {
  const { customer } = order;
  return (
    <Card withBorder>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Fact label="Customer">
          {customer === undefined ? (
            order.customerId
          ) : (
            <>
              <bdi>{customer.name}</bdi>{' '}
              <Anchor component={Link} href={`/orders?customerId=${customer.id}`} size="sm">
                {customer.email}
              </Anchor>
            </>
          )}
        </Fact>
        <Fact label="Placed">
          <Timestamp at={order.createdAt} exact />
        </Fact>
        {order.expiresAt !== null && order.status === 'PENDING' && (
          <Fact label="Expires unpaid">
            <Timestamp at={order.expiresAt} />
          </Fact>
        )}
        {order.cancelReason !== null && (
          <Fact label="Cancellation reason">{formatStatus(order.cancelReason)}</Fact>
        )}
        {order.note !== null && (
          <Fact label="Note">
            <bdi>{order.note}</bdi>
          </Fact>
        )}
        {order.shippingAddress !== null && (
          <Fact label="Address">
            <span dir="auto" style={{ whiteSpace: 'pre-line' }}>
              {order.shippingAddress}
            </span>
          </Fact>
        )}
        <Fact label="Id">
          <Text size="xs" component="code">
            {order.id}
          </Text>
        </Fact>
      </SimpleGrid>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" size="sm">
        {children}
      </Text>
    </div>
  );
}

function Lines({ order }: { order: Order }) {
  return (
    <Card withBorder padding={0}>
      <Table verticalSpacing="xs" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Item</Table.Th>
            <Table.Th ta="right">Quantity</Table.Th>
            <Table.Th ta="right" visibleFrom="xs">
              Price
            </Table.Th>
            <Table.Th ta="right">Total</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {order.items.map((item, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order never move
            <Table.Tr key={place}>
              <Table.Td>
                <bdi>{item.name}</bdi>
                <Text size="xs" c="dimmed">
                  {item.sku}
                </Text>
              </Table.Td>
              <Table.Td ta="right" className="number">
                {item.quantity}
              </Table.Td>
              <Table.Td ta="right" className="number" visibleFrom="xs">
                {formatMoney(item.unitPrice)}
              </Table.Td>
              <Table.Td ta="right" className="number">
                {formatMoney(item.total)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>Total</Table.Th>
            <Table.Td />
            <Table.Td visibleFrom="xs" />
            <Table.Th ta="right" className="number">
              {formatMoney(order.total)}
            </Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </Card>
  );
}
