import { Alert, Anchor, Button, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Link } from 'wouter';
import { api, type BodyOf, HoldfastError, type Order } from '../../shared/api.ts';
import { HeldKeys, readHeldKeys } from '../keys/held-keys.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { readFieldErrors } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';

const REASON_LENGTH_MAX = 500;

interface ErasePersonProps {
  readonly userId: string;
  /** The name to show, isolated from the text around it. */
  readonly who: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Erases a person, after saying what that means. It cannot be undone. */
export function ErasePerson({ userId, who, opened, onClose }: ErasePersonProps) {
  const erase = useErase(userId, onClose);
  const quit = () => {
    erase.reset();
    onClose();
  };
  const { error, variables } = erase;
  const errors = readFieldErrors(error, ['reason']);
  const [blocked, keys] = [readBlocked(error), readHeldKeys(error)];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    erase.mutate({ reason: String(new FormData(event.currentTarget).get('reason')).trim() });
  };
  return (
    <Dialog opened={opened} onClose={quit} title={`Erase ${who}?`} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <Consequences />
          <Textarea
            label="Reason"
            description="It stays in the audit, so do not say who they are."
            name="reason"
            required
            withAsterisk={false}
            maxLength={REASON_LENGTH_MAX}
            autosize
            minRows={2}
            data-autofocus
            error={errors.at('reason')}
          />
          {blocked === null ? (
            keys === null && <Problem error={error} fieldErrors={errors} />
          ) : (
            <BlockingOrders {...blocked} />
          )}
          <Group justify="end">
            <Button variant="default" onClick={quit}>
              Cancel
            </Button>
            <Button type="submit" color="red" loading={erase.isPending}>
              Erase for good
            </Button>
          </Group>
        </Stack>
      </form>
      <HeldKeys
        userId={userId}
        who={who}
        keys={keys}
        onChoose={(fate) => variables !== undefined && erase.mutate({ ...variables, keys: fate })}
        onClose={erase.reset}
      />
    </Dialog>
  );
}

function Consequences() {
  return (
    <List size="sm" spacing={4}>
      <List.Item>
        Name, addresses, telephone number, notes and mails are removed, also from the history.{' '}
        <strong>Nobody can bring them back.</strong>
      </List.Item>
      <List.Item>
        They are signed out everywhere and cannot sign in again. Their e-mail address is free for a
        new account.
      </List.Item>
      <List.Item>Orders without an account from the same confirmed address are included.</List.Item>
      <List.Item>
        Orders, amounts and what happened to them stay, so that the books still add up.
      </List.Item>
      <List.Item>If they want a copy of their data, export it first.</List.Item>
    </List>
  );
}

function useErase(userId: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'erasePerson'>) =>
      api.POST('/api/users/{id}/erase', { params: { path: { id: userId } }, body }),
    onSuccess: () => {
      notifications.show({ message: 'The person has been erased.' });
      onDone();
      // Any page may have shown who they were.
      return queries.invalidateQueries();
    },
  });
}

interface Blocked {
  readonly orders: readonly Pick<Order, 'id' | 'number' | 'status'>[];
  /** How many there are. Not all of them are named. */
  readonly count: number;
}

/** Returns the orders for which an erasure was refused; null: it was not refused for orders. */
function readBlocked(error: unknown): Blocked | null {
  if (!(error instanceof HoldfastError) || error.code !== 'accounts.erasure_blocked') return null;
  const { orders = [], count = 0 } = error.problem as Partial<Blocked>;
  return { orders, count };
}

function BlockingOrders({ orders, count }: Blocked) {
  const others = count - orders.length;
  return (
    <Alert color="yellow" role="alert" title="They have open business with the shop">
      <Text size="sm" mb="xs">
        First complete or cancel these orders, and return what is owed:
      </Text>
      <List size="sm" listStyleType="none" spacing={4}>
        {orders.map(({ id, number, status }) => (
          <List.Item key={id}>
            <Anchor component={Link} href={`/orders/${id}`} inherit c="inherit" underline="always">
              {`Order ${number}`}
            </Anchor>{' '}
            <StatusBadge status={status} />
          </List.Item>
        ))}
      </List>
      {others > 0 && (
        <Text size="sm" mt="xs">
          and {others} more
        </Text>
      )}
    </Alert>
  );
}
