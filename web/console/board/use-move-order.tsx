import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { notifyProblem } from '../parts/problem.tsx';
import type { Column } from './columns.ts';
import { boardKey } from './use-board.ts';

interface Move {
  readonly order: Order;
  readonly to: Column['next'] | 'PENDING';
  /** An override, by an admin. */
  readonly isUndo?: boolean;
}

/** Moves an order on the screen immediately, and back if the server refuses. */
export function useMoveOrder() {
  const queries = useQueryClient();
  const profile = useProfile();
  const replace = (order: Order) =>
    queries.setQueryData<Order[]>(boardKey, (all) =>
      all?.map((other) => (other.id === order.id ? order : other)),
    );

  const move = useMutation({
    mutationFn: ({ order, to, isUndo = false }: Move) =>
      readBody(
        api.PATCH('/api/orders/{id}/status', {
          params: { path: { id: order.id } },
          body: isUndo
            ? { status: to, override: true, reason: 'Undone on the board', version: order.version }
            : { status: to, version: order.version },
        }),
      ),
    onMutate: ({ order, to }) => replace({ ...order, status: to }),
    onSuccess(changed, { order, isUndo }) {
      replace(changed);
      if (profile?.role === 'admin' && !isUndo) offerUndo(order, changed);
    },
    onError: (error, { order }) => {
      replace(order);
      notifyProblem(error);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: boardKey }),
  });

  function offerUndo(before: Order, after: Order): void {
    const id = `undo-${after.id}`;
    const undo = () => {
      notifications.hide(id);
      move.mutate({ order: after, to: before.status as Move['to'], isUndo: true });
    };
    notifications.show({
      id,
      title: `Order ${after.number}`,
      autoClose: 8_000,
      message: (
        <Group justify="space-between">
          Moved on.
          <Button size="compact-sm" variant="default" onClick={undo}>
            Undo
          </Button>
        </Group>
      ),
    });
  }
  return move;
}
