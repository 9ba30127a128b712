import { Card, Table, Text } from '@mantine/core';
import type { Order } from '../../shared/api.ts';
import { Bill } from '../../shared/bill.tsx';
import { LineDetails } from '../../shared/line-list.tsx';
import { formatMoney } from '../../shared/money.ts';

/** Shows what was ordered, and the bill. */
export function OrderLines({ order }: { order: Order }) {
  return (
    <Card withBorder padding={0} component="section" aria-label="Bill">
      <Table verticalSpacing="xs" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Item</Table.Th>
            <Table.Th ta="end" visibleFrom="xs">
              Quantity
            </Table.Th>
            <Table.Th ta="end" visibleFrom="xs">
              Price
            </Table.Th>
            <Table.Th ta="end">Total</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {order.items.map((item) => (
            <Table.Tr key={item.line} className="order-line">
              <Table.Td>
                <Text component="span" inherit hiddenFrom="xs" className="number">
                  {item.quantity} ×{' '}
                </Text>
                <bdi>{item.name}</bdi>
                <Text size="xs" c="dimmed">
                  {item.sku}
                </Text>
                <LineDetails modifiers={item.modifiers} note={item.note} />
              </Table.Td>
              <Table.Td ta="end" className="number" visibleFrom="xs">
                {item.quantity}
              </Table.Td>
              <Table.Td ta="end" className="number" visibleFrom="xs">
                {formatMoney(item.unitPrice)}
              </Table.Td>
              <Table.Td ta="end" className="number">
                {formatMoney(item.total)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <div className="order-bill">
        <Bill bill={order.bill} />
      </div>
    </Card>
  );
}
