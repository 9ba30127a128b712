import { Button, CopyButton, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import { Link } from 'wouter';
import { api, type Order, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { formatMoney } from '../../shared/money.ts';
import { urlOfPage } from '../../shared/paths.ts';
import { refreshQueries } from '../../shared/queries.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import { Problem } from '../parts/problem.tsx';
import { formatClock, formatDayAndClock } from '../parts/shop-clock.ts';
import { StatusBadge } from '../parts/status-badge.tsx';
import { confirmOrder, type PlacedOrder } from './use-place-order.ts';

interface PlacedPanelProps {
  readonly placed: PlacedOrder;
  readonly timeZone: string;
  /** Begins the next order. */
  onNext(): void;
}

/** Shows the order that was placed, and what is left to do: tell the number, give the link, confirm it. */
export function PlacedPanel({ placed, timeZone, onNext }: PlacedPanelProps) {
  const { orderToken, confirmError } = placed;
  const queries = useQueryClient();
  const order = useOrder(placed.order);
  const { number, fulfilment, total, status, expiresAt } = order;
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that placed the order no longer exists.
  useEffect(() => heading.current?.focus(), []);
  const confirming = useMutation({
    mutationFn: () => confirmOrder(order),
    onSuccess: (confirmed) => queries.setQueryData(['order', order.id], confirmed),
  });
  const isUnpaid = status === 'PENDING';
  return (
    <Paper withBorder p="lg" maw={640}>
      <Stack>
        <Group justify="space-between">
          <Title order={2} ref={heading} tabIndex={-1}>
            Order {number} is placed
          </Title>
          <StatusBadge status={status} />
        </Group>
        <Text>
          {formatFulfilment(fulfilment.type)}
          {fulfilment.promisedFor !== null &&
            `, ${formatDayAndClock(fulfilment.promisedFor, timeZone)}`}
          {' · '}
          {formatMoney(total)}
        </Text>
        {isUnpaid && (
          <>
            <LinkField link={buildLink(order, orderToken)} isForGuest={orderToken !== null} />
            {expiresAt !== null && (
              <Text size="sm">
                It waits for the payment until {formatClock(expiresAt, timeZone)}, then it is
                cancelled.
              </Text>
            )}
            <Problem error={confirming.error ?? confirmError} />
            <Group>
              <Button
                variant="default"
                loading={confirming.isPending}
                onClick={() => confirming.mutate()}
              >
                Confirm (paid at the counter)
              </Button>
            </Group>
          </>
        )}
        <Group>
          <Button onClick={onNext}>Take the next order</Button>
          <Button variant="default" component={Link} href={`/orders/${order.id}`}>
            Open the order
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

/** Follows an order: a customer who got the link may pay it while the panel is open. */
function useOrder(placed: Order): Order {
  const queries = useQueryClient();
  const { id } = placed;
  const refresh = () => refreshQueries(queries, ['order', id]);
  useLiveEvents(`/api/orders/${id}/stream`, refresh, refresh);
  const { data } = useQuery({
    queryKey: ['order', id],
    queryFn: () => readBody(api.GET('/api/orders/{id}', { params: { path: { id } } })),
    initialData: placed,
  });
  return data;
}

/**
 * Returns where the customer sees and pays the order. The token is in the fragment, which browsers send to no server.
 */
function buildLink({ id }: Order, orderToken: string | null): string {
  const shop = urlOfPage('shop');
  return orderToken === null ? `${shop}/orders/${id}` : `${shop}#/orders/${id}?token=${orderToken}`;
}

function LinkField({ link, isForGuest }: { link: string; isForGuest: boolean }) {
  const id = useId();
  return (
    <Stack gap={4}>
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          label="Link for the customer"
          aria-describedby={id}
          readOnly
          dir="ltr"
          value={link}
          onFocus={({ currentTarget }) => currentTarget.select()}
          flex={1}
        />
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy} miw="6rem">
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed" id={id}>
        {isForGuest
          ? 'It opens and pays this order without an account. Give it to nobody else.'
          : 'It opens the order after the customer has signed in.'}
      </Text>
    </Stack>
  );
}
