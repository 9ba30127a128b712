import { Button, Group, Menu, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';

type Target = 'PENDING' | 'CONFIRMED' | 'PREPARING' | 'READY' | 'COMPLETED' | 'CANCELLED';

const overridable: readonly Target[] = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];
const actions: Readonly<Record<string, string>> = {
  CONFIRMED: 'Confirm (paid at the counter)',
  PREPARING: 'Start preparing',
  READY: 'Mark as ready',
  COMPLETED: 'Hand over',
};

/** Shows what the signed-in user may do with an order now. */
export function OrderActions({ order }: { order: Order }) {
  const profile = useProfile();
  const [isCancelling, cancelling] = useDisclosure();
  const [isOverriding, overriding] = useDisclosure();
  const change = useChange(order);
  const more = useRef<HTMLButtonElement>(null);
  // The menu item that opened a dialog no longer exists when the dialog closes.
  const focus = { returnFocus: false, onExitTransitionEnd: () => more.current?.focus() } as const;
  const allowed = order.allowedTransitions as readonly string[];
  const next = allowed.filter((status) => status !== 'CANCELLED');
  const mayCancel = allowed.includes('CANCELLED') && profile?.role === 'admin';
  const mayOverride =
    profile?.role === 'admin' && (overridable as readonly string[]).includes(order.status);
  return (
    <Stack gap="xs" align="end">
      <Group gap="xs">
        {next.map((status) => (
          <Button
            key={status}
            loading={change.isPending}
            onClick={() => change.mutate({ status: status as Target })}
          >
            {actions[status] ?? status}
          </Button>
        ))}
        {(mayCancel || mayOverride) && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button ref={more} variant="default" px="xs" aria-label="More actions">
                <IconDots size={18} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {mayOverride && <Menu.Item onClick={overriding.open}>Set another status…</Menu.Item>}
              {mayCancel && (
                <Menu.Item c="var(--mantine-color-error)" onClick={cancelling.open}>
                  Cancel the order…
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Problem error={change.error} />
      <Dialog
        {...focus}
        opened={isCancelling}
        onClose={cancelling.close}
        title={`Cancel order ${order.number}`}
      >
        <CancelForm order={order} onDone={cancelling.close} />
      </Dialog>
      <Dialog
        {...focus}
        opened={isOverriding}
        onClose={overriding.close}
        title="Set another status"
      >
        <OverrideForm order={order} onDone={overriding.close} />
      </Dialog>
    </Stack>
  );
}

interface Change {
  readonly status: Target;
  readonly reason?: string;
  readonly override?: true;
}

function useChange(order: Order, onDone: () => void = () => {}) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) =>
      readBody(
        api.PATCH('/api/orders/{id}/status', {
          params: { path: { id: order.id } },
          body: { ...change, version: order.version },
        }),
      ),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['order', order.id] }),
  });
}

function CancelForm({ order, onDone }: { order: Order; onDone: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const cancel = useMutation({
    mutationFn: () =>
      readBody(
        api.POST('/api/orders/{id}/cancel', {
          params: { path: { id: order.id } },
          body: reason.trim() === '' ? {} : { reason: reason.trim() },
        }),
      ),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['order', order.id] }),
  });
  const isPaid = order.paymentStatus === 'PAID' || order.paymentStatus === 'PARTIALLY_REFUNDED';
  return (
    <Stack>
      <Text>
        The stock is released
        {isPaid ? ', and the payment is refunded' : ''}. This cannot be undone.
      </Text>
      <Textarea
        label="Reason"
        description="Shown in the order's history."
        maxLength={500}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Problem error={cancel.error} />
      <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel the order
      </Button>
    </Stack>
  );
}

function OverrideForm({ order, onDone }: { order: Order; onDone: () => void }) {
  const [status, setStatus] = useState<Target | null>(null);
  const [reason, setReason] = useState('');
  const change = useChange(order, onDone);
  return (
    <Stack>
      <Text size="sm">
        Outside the usual transitions. The stock follows, and the history records who and why.
      </Text>
      <Select
        label="Status"
        data={overridable.filter((other) => other !== order.status)}
        value={status}
        onChange={(chosen) => setStatus(chosen as Target | null)}
      />
      <Textarea
        label="Reason"
        required
        maxLength={500}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Problem error={change.error} />
      <Button
        disabled={status === null || reason.trim() === ''}
        loading={change.isPending}
        onClick={() =>
          status !== null && change.mutate({ status, reason: reason.trim(), override: true })
        }
      >
        Set the status
      </Button>
    </Stack>
  );
}
