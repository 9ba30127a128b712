import { Button, SimpleGrid } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClock } from '@tabler/icons-react';
import type { Order } from '../../shared/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { BoardCard } from './board-card.tsx';
import { columns } from './columns.ts';

interface LaterOrdersProps {
  readonly orders: readonly Order[];
  readonly timeZone: string;
}

/** Shows how many orders are for later, and on demand the orders, the next one first. */
export function LaterOrders({ orders, timeZone }: LaterOrdersProps) {
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      {(orders.length > 0 || isOpen) && (
        <Button variant="default" leftSection={<IconClock size={18} aria-hidden />} onClick={open}>
          {orders.length} for later
        </Button>
      )}
      <Dialog opened={isOpen} onClose={close} size="xl" title="For later">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {orders.map((order) => (
            <BoardCard
              key={order.id}
              order={order}
              column={columns.find(({ status }) => status === order.status) ?? columns[0]!}
              isNew={false}
              timeZone={timeZone}
            />
          ))}
        </SimpleGrid>
      </Dialog>
    </>
  );
}
