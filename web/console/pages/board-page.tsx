import { Alert, Group, Switch, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { BoardColumn } from '../board/board-column.tsx';
import { columns } from '../board/columns.ts';
import { useBoard } from '../board/use-board.ts';
import { useNewOrders } from '../board/use-new-orders.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';

export default function BoardPage() {
  const { orders, isLive, isDisconnected, error } = useBoard();
  const { newIds, hasSound, setSound } = useNewOrders(orders);
  const byColumn = useMemo(
    () =>
      columns.map((column) => ({
        column,
        // Oldest first, VIPs before others.
        orders: (orders ?? [])
          .filter(({ status }) => status === column.status)
          .sort((a, b) => Number(b.vip) - Number(a.vip) || a.createdAt.localeCompare(b.createdAt)),
      })),
    [orders],
  );
  return (
    <div className="board-page">
      <Group justify="space-between" mb="sm">
        <PageTitle>Board</PageTitle>
        <Group gap="lg">
          <Text size="sm" className="live" data-live={isLive || undefined} aria-live="polite">
            {isLive ? 'Live' : 'Connecting…'}
          </Text>
          <Switch
            label="Sound for new orders"
            checked={hasSound}
            onChange={({ currentTarget }) => setSound(currentTarget.checked)}
          />
        </Group>
      </Group>
      {isDisconnected && (
        <Alert color="yellow" icon={<IconPlugConnectedX aria-hidden />} mb="sm">
          The live connection is interrupted. Until it is back, the board is refreshed every few
          seconds.
        </Alert>
      )}
      <Problem error={error} mb="sm" />
      <div className="board">
        {byColumn.map(({ column, orders: those }) => (
          <BoardColumn
            key={column.status}
            column={column}
            orders={those}
            newIds={newIds}
            isLoading={orders === undefined && !error}
          />
        ))}
      </div>
    </div>
  );
}
