import { Anchor, Badge, Button, Card, Group, Text } from '@mantine/core';
import { IconStarFilled } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Order } from '../../shared/api.ts';
import { useNow } from '../../shared/use-now.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import { findPromise } from '../parts/promise.ts';
import { BoardLines } from './board-lines.tsx';
import { CardTime } from './card-time.tsx';
import type { Column } from './columns.ts';
import { Destination } from './destination.tsx';
import { useMoveOrder } from './use-move-order.tsx';

const LINES_SHOWN_MAX = 8;

interface BoardCardProps {
  readonly order: Order;
  readonly column: Column;
  readonly isNew: boolean;
  readonly timeZone: string;
}

export function BoardCard({ order, column, isNew, timeZone }: BoardCardProps) {
  const move = useMoveOrder();
  const now = useNow(15_000);
  const mayMove = (order.allowedTransitions as readonly string[]).includes(column.next);
  const { type, table } = order.fulfilment;
  // At most shops every order is for pickup, so the word is only of use beside a time.
  const showsType = type !== 'PICKUP' || findPromise(order) !== null;
  // The cook needs every line.
  const shownMax = column.status === 'PREPARING' ? order.items.length : LINES_SHOWN_MAX;
  return (
    <Card
      component="article"
      withBorder
      padding="sm"
      className={isNew ? 'board-card is-new' : 'board-card'}
      data-vip={order.vip || undefined}
      aria-label={`Order ${order.number}`}
    >
      <Group justify="space-between" gap={6} mb={4} align="baseline">
        <Anchor component={Link} href={`/orders/${order.id}`} fw={700} size="lg" className="number">
          {order.number}
        </Anchor>
        <CardTime order={order} now={now} timeZone={timeZone} />
      </Group>
      {(order.vip || isNew || showsType) && (
        <Group gap={6} mb={6}>
          {showsType && (
            <Badge color="blue.9" variant="filled" size="lg">
              {formatFulfilment(type)}
              {table !== null && (
                <>
                  {' '}
                  · Table <bdi>{table}</bdi>
                </>
              )}
            </Badge>
          )}
          {order.vip && (
            <Badge
              color="grape.9"
              variant="filled"
              leftSection={<IconStarFilled size={11} aria-hidden />}
            >
              VIP
            </Badge>
          )}
          {isNew && <Badge color="teal.9">New</Badge>}
        </Group>
      )}
      <BoardLines lines={order.items} shownMax={shownMax} />
      {order.note !== null && (
        <Text className="board-note" mb="xs">
          <bdi>{order.note}</bdi>
        </Text>
      )}
      <Destination fulfilment={order.fulfilment} />
      <Button
        fullWidth
        size="lg"
        // In a narrow column the words wrap instead of being cut off.
        px="xs"
        py={6}
        h="auto"
        mih={50}
        styles={{ label: { whiteSpace: 'normal', lineHeight: 1.2 } }}
        variant={column.status === 'PENDING' ? 'default' : 'filled'}
        disabled={!mayMove}
        loading={move.isPending}
        onClick={() => move.mutate({ order, to: column.next })}
      >
        {column.action}
      </Button>
    </Card>
  );
}
