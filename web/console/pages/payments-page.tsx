import { Anchor, Group, SegmentedControl, Table, VisuallyHidden } from '@mantine/core';
import { Link, useSearchParams } from 'wouter';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { RefundButton } from '../order/refund-button.tsx';
import { UnmatchedCharges } from '../order/unmatched-charges.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Payment = ItemOf<'listPayments'>;

const choices: readonly { readonly value: string; readonly label: string }[] = [
  { value: '', label: 'All' },
  { value: 'FLAGGED', label: 'Flagged' },
  { value: 'OPEN', label: 'Open' },
  { value: 'CAPTURED', label: 'Captured' },
  { value: 'FAILED', label: 'Failed' },
  { value: 'REFUNDED', label: 'Refunded' },
];

const emptySentences: Readonly<Record<string, string>> = {
  FLAGGED: 'No flagged payments.',
};

export default function PaymentsPage() {
  const [parameters, setParameters] = useSearchParams();
  const status = parameters.get('status') ?? '';
  const payments = usePages(['payments', status], (cursor) =>
    readBody(
      api.GET('/api/payments', {
        params: { query: { ...(status === '' ? {} : { status }), ...cursor } },
      }),
    ),
  );
  return (
    <>
      <Group justify="space-between" mb="md">
        <PageTitle>Payments</PageTitle>
        <SegmentedControl
          aria-label="Filter payments"
          className="choices"
          data={[...choices]}
          value={status}
          onChange={(value) =>
            setParameters(value === '' ? {} : { status: value }, { replace: true })
          }
        />
      </Group>
      {payments.items !== undefined && (
        <Table.ScrollContainer minWidth={720}>
          <Table verticalSpacing="xs" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Order</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th ta="right">Amount</Table.Th>
                <Table.Th ta="right">Captured</Table.Th>
                <Table.Th ta="right">Refunded</Table.Th>
                <Table.Th visibleFrom="md">Provider</Table.Th>
                <Table.Th>Changed</Table.Th>
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {payments.items.map((payment) => (
                <Row key={payment.id} payment={payment} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={payments} empty={emptySentences[status] ?? 'No matching payments.'} />
    </>
  );
}

function Row({ payment }: { payment: Payment }) {
  return (
    <Table.Tr>
      <Table.Td>
        {payment.orderId === null ? (
          'no order'
        ) : (
          <Anchor component={Link} href={`/orders/${payment.orderId}`} fw={600} className="number">
            {payment.orderNumber}
          </Anchor>
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge status={payment.status} />
        <UnmatchedCharges payment={payment} />
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatMoney(payment.amount)}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatMoney(payment.captured)}
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatMoney(payment.refunded)}
      </Table.Td>
      <Table.Td visibleFrom="md">{payment.provider}</Table.Td>
      <Table.Td>
        <Timestamp at={payment.updatedAt} />
      </Table.Td>
      <Table.Td ta="right">
        <RefundButton payment={payment} />
      </Table.Td>
    </Table.Tr>
  );
}
