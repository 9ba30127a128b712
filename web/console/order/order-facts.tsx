import { Anchor, Badge, Card, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Order } from '../../shared/api.ts';
import { formatFulfilment, listAddressLines } from '../parts/fulfilment.ts';
import { formatStatus } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

/** Shows who ordered, when, and how the order reaches them. */
export function OrderFacts({ order }: { order: Order }) {
  const { customer, fulfilment } = order;
  return (
    <Card withBorder>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Fact label="Customer">
          {customer === undefined ? (
            order.customerId
          ) : (
            <>
              <bdi>{customer.name}</bdi>{' '}
              <Anchor component={Link} href={`/orders?customerId=${customer.id}`} size="sm">
                {customer.email ?? customer.phone ?? 'Orders'}
              </Anchor>
              {customer.email !== null && customer.phone !== null && (
                <Text size="sm">{customer.phone}</Text>
              )}
              {customer.guest && (
                <Badge size="sm" variant="light">
                  Guest
                </Badge>
              )}
            </>
          )}
        </Fact>
        <Fact label="Placed">
          <Timestamp at={order.createdAt} exact />
        </Fact>
        <Fact label="Fulfilment">
          {formatFulfilment(fulfilment.type)}
          {fulfilment.address !== null && (
            <Lines text={listAddressLines(fulfilment.address).join('\n')} />
          )}
        </Fact>
        {order.expiresAt !== null && order.status === 'PENDING' && (
          <Fact label="Expires unpaid">
            <Timestamp at={order.expiresAt} />
          </Fact>
        )}
        {order.cancelReason !== null && (
          <Fact label="Cancellation reason">{formatStatus(order.cancelReason)}</Fact>
        )}
        {order.note !== null && (
          <Fact label="Note">
            <bdi>{order.note}</bdi>
          </Fact>
        )}
        {order.shippingAddress !== null && (
          <Fact label="Address">
            <Lines text={order.shippingAddress} />
          </Fact>
        )}
        <Fact label="Id">
          <Text size="xs" component="code">
            {order.id}
          </Text>
        </Fact>
      </SimpleGrid>
    </Card>
  );
}

function Lines({ text }: { text: string }) {
  return (
    <div dir="auto" className="lines">
      {text}
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="div" size="sm" className="rule-name">
        {children}
      </Text>
    </div>
  );
}
