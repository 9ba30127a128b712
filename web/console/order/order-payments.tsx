import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type Payment, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { Problem } from '../parts/problem.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { RefundButton } from './refund-button.tsx';
import { UnmatchedCharges } from './unmatched-charges.tsx';

export function OrderPayments({ orderId }: { orderId: string }) {
  const { data, error } = useQuery({
    queryKey: ['order', orderId, 'payments'],
    queryFn: () =>
      readBody(api.GET('/api/orders/{id}/payments', { params: { path: { id: orderId } } })),
  });
  const payments: readonly Payment[] = data?.data ?? [];
  return (
    <Card withBorder component="section" aria-label="Payments">
      <Title order={2} size="h4" mb="sm">
        Payments
      </Title>
      <Problem error={error} />
      {data !== undefined && payments.length === 0 && (
        <Text c="dimmed" size="sm">
          No payments yet.
        </Text>
      )}
      <Stack gap="sm">
        {payments.map((payment) => (
          <Group key={payment.id} justify="space-between" wrap="nowrap" align="start">
            <div>
              <Group gap="xs">
                <Text fw={600} className="number">
                  {formatMoney(payment.amount)}
                </Text>
                <StatusBadge status={payment.status} />
              </Group>
              <Text size="sm" c="dimmed" component="div">
                {payment.provider} · captured {formatMoney(payment.captured)}, refunded{' '}
                {formatMoney(payment.refunded)} ·{' '}
                <Timestamp at={payment.updatedAt} span c="dimmed" />
              </Text>
              <UnmatchedCharges payment={payment} />
            </div>
            <RefundButton payment={payment} />
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
