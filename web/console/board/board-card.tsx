import { Anchor, Badge, Button, Card, Group, Text } from '@mantine/core';
import { IconStarFilled } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Order } from '../../shared/api.ts';
import { useNow } from '../../shared/use-now.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import { BoardLines } from './board-lines.tsx';
import type { Column } from './columns.ts';
import { useMoveOrder } from './use-move-order.tsx';

const LINES_SHOWN_MAX = 8;
const LATE_MINUTES = 20;

interface BoardCardProps {
  readonly order: Order;
  readonly column: Column;
  readonly isNew: boolean;
}

export function BoardCard({ order, column, isNew }: BoardCardProps) {
  const move = useMoveOrder();
  const mayMove = (order.allowedTransitions as readonly string[]).includes(column.next);
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
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Anchor component={Link} href={`/orders/${order.id}`} fw={700} size="lg" className="number">
          {order.number}
        </Anchor>
        <Age since={order.createdAt} />
      </Group>
      {(order.vip || isNew || order.fulfilment.type !== 'PICKUP') && (
        <Group gap={6} mb={6}>
          {order.fulfilment.type !== 'PICKUP' && (
            <Badge color="blue.9" variant="filled" size="lg">
              {formatFulfilment(order.fulfilment.type)}
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

function Age({ since }: { since: string }) {
  const minutes = Math.max(0, Math.floor((useNow(15_000) - Date.parse(since)) / 60_000));
  const isLate = minutes >= LATE_MINUTES;
  return (
    <Text
      size="sm"
      fw={isLate ? 700 : 400}
      className={isLate ? 'number late' : 'number'}
      style={{ whiteSpace: 'nowrap' }}
    >
      {minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`}
      {isLate && ' !'}
    </Text>
  );
}
