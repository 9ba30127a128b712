import { Button, Grid, Group, Stack, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { refreshQueries } from '../../shared/queries.ts';
import { OrderActions } from '../order/order-actions.tsx';
import { OrderFacts } from '../order/order-facts.tsx';
import { OrderLines } from '../order/order-lines.tsx';
import { OrderPayments } from '../order/order-payments.tsx';
import { Timeline } from '../order/timeline.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';

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
      <Group gap="xs">
        <PrintLink to={`/orders/${order.id}/ticket`} label="Kitchen ticket" />
        <PrintLink to={`/orders/${order.id}/receipt`} label="Receipt" />
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            <OrderFacts order={order} />
            <OrderLines order={order} />
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

function PrintLink({ to, label }: { to: string; label: string }) {
  return (
    <Button
      component={Link}
      href={to}
      variant="default"
      leftSection={<IconPrinter size={18} aria-hidden />}
    >
      {label}
    </Button>
  );
}
