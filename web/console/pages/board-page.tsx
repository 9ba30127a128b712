import { Alert, Group, Switch, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useNow } from '../../shared/use-now.ts';
import { BoardColumn } from '../board/board-column.tsx';
import { columns } from '../board/columns.ts';
import { compareByPromise, isForLater } from '../board/later.ts';
import { LaterOrders } from '../board/later-orders.tsx';
import { PausedAlert } from '../board/paused-alert.tsx';
import { useBoard } from '../board/use-board.ts';
import { useNewOrders } from '../board/use-new-orders.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';
import { useShop } from '../parts/use-shop.ts';
import { PauseButton } from '../shop/pause-button.tsx';

export default function BoardPage() {
  const { orders, isLive, isDisconnected, error } = useBoard();
  const { data: shop, error: shopError } = useShop();
  const now = useNow(15_000);
  const { due, later } = useMemo(() => {
    if (shop === undefined) return { due: undefined, later: [] };
    const isLater = (order: NonNullable<typeof orders>[number]) => isForLater(order, shop, now);
    return {
      due: orders?.filter((order) => !isLater(order)),
      later: (orders ?? []).filter(isLater).sort(compareByPromise),
    };
  }, [orders, shop, now]);
  const { newIds, hasSound, setSound } = useNewOrders(due);
  const byColumn = useMemo(
    () =>
      columns.map((column) => ({
        column,
        // VIPs before others, since all of these are due.
        orders: (due ?? [])
          .filter(({ status }) => status === column.status)
          .sort((a, b) => Number(b.vip) - Number(a.vip) || compareByPromise(a, b)),
      })),
    [due],
  );
  const problem = error ?? shopError;
  return (
    <div className="board-page">
      <Group justify="space-between" mb="sm">
        <PageTitle>Board</PageTitle>
        <Group gap="md" className="board-tools">
          <Text size="sm" className="live" data-live={isLive || undefined} aria-live="polite">
            {isLive ? 'Live' : 'Connecting…'}
          </Text>
          <Switch
            label="Sound for new orders"
            checked={hasSound}
            onChange={({ currentTarget }) => setSound(currentTarget.checked)}
          />
          {shop !== undefined && (
            <>
              <LaterOrders orders={later} timeZone={shop.timeZone} />
              <PauseButton shop={shop} />
            </>
          )}
        </Group>
      </Group>
      {isDisconnected && (
        <Alert color="yellow" icon={<IconPlugConnectedX aria-hidden />} mb="sm">
          The live connection is interrupted. Until it is back, the board is refreshed every few
          seconds.
        </Alert>
      )}
      {shop !== undefined && <PausedAlert shop={shop} />}
      <Problem error={problem} mb="sm" />
      <div className="board">
        {byColumn.map(({ column, orders: those }) => (
          <BoardColumn
            key={column.status}
            column={column}
            orders={those}
            newIds={newIds}
            isLoading={due === undefined && !problem}
            timeZone={shop?.timeZone ?? 'UTC'}
          />
        ))}
      </div>
    </div>
  );
}
