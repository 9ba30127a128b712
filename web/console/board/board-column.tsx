import { Badge, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Order } from '../../shared/api.ts';
import { BoardCard } from './board-card.tsx';
import type { Column } from './columns.ts';

interface BoardColumnProps {
  readonly column: Column;
  readonly orders: readonly Order[];
  readonly newIds: ReadonlySet<string>;
  readonly isLoading: boolean;
  readonly timeZone: string;
}

export function BoardColumn({ column, orders, newIds, isLoading, timeZone }: BoardColumnProps) {
  return (
    <Paper component="section" withBorder p="xs" aria-label={column.title} className="board-column">
      <Group justify="space-between" wrap="nowrap" mb="xs" px={4}>
        <Title order={2} size="h5">
          {column.title}
        </Title>
        <Badge variant="light" color="gray" size="lg" className="number" flex="none">
          {orders.length}
        </Badge>
      </Group>
      <Stack gap="xs" className="board-cards">
        {isLoading && <Skeleton height={120} />}
        {!isLoading && orders.length === 0 && (
          <Text c="dimmed" ta="center" py="lg">
            Nothing here
          </Text>
        )}
        {orders.map((order) => (
          <BoardCard
            key={order.id}
            order={order}
            column={column}
            timeZone={timeZone}
            isNew={column.status === 'CONFIRMED' && newIds.has(order.id)}
          />
        ))}
      </Stack>
    </Paper>
  );
}
