import { Anchor, Badge, Card, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { AddressLines } from '../../shared/address-lines.tsx';
import type { Order } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import { findPromise } from '../parts/promise.ts';
import { formatDayAndClock } from '../parts/shop-clock.ts';
import { formatStatus } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { useShop } from '../parts/use-shop.ts';
import { DataButtons } from '../privacy/data-buttons.tsx';
import { ChangeFulfilment } from './change-fulfilment.tsx';

/** Shows who ordered, when, and how the order reaches them. */
export function OrderFacts({ order }: { order: Order }) {
  return (
    <Card withBorder>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Fact label="Customer">
          <Customer order={order} />
        </Fact>
        <Fact label="Placed">
          <Timestamp at={order.createdAt} exact />
        </Fact>
        <FulfilmentFacts order={order} />
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

function Customer({ order: { customer, customerId } }: { order: Order }) {
  if (customer === undefined) return customerId;
  const { name, email, phone } = customer;
  // Of a guest whom staff entered, or whose data was removed, nothing may be known.
  const isUnknown = name === '' && email === null && phone === null;
  return (
    <>
      {isUnknown ? 'No name' : <bdi>{name}</bdi>}{' '}
      <Anchor component={Link} href={`/orders?customerId=${customer.id}`} size="sm">
        {email ?? phone ?? 'Their orders'}
      </Anchor>
      {email !== null && phone !== null && (
        <Text size="sm">
          <Phone number={phone} />
        </Text>
      )}
      {customer.guest && <Guest customer={customer} />}
    </>
  );
}

/** A guest is in no list of people, so what admins do with their data is here. */
function Guest({ customer }: { customer: NonNullable<Order['customer']> }) {
  const profile = useProfile();
  const who = customer.name || (customer.email ?? customer.phone);
  return (
    <>
      <Badge size="sm" variant="light">
        Guest
      </Badge>
      {profile?.role === 'admin' && who !== null && <DataButtons userId={customer.id} who={who} />}
    </>
  );
}

function FulfilmentFacts({ order }: { order: Order }) {
  const { data: shop } = useShop();
  const { type, table, address, contact, instructions, requestedFor } = order.fulfilment;
  const promise = findPromise(order);
  return (
    <>
      <Fact label="Fulfilment">
        {formatFulfilment(type)}
        {table !== null && (
          <>
            {' '}
            · Table <bdi>{table}</bdi>
          </>
        )}
        {address !== null && (
          <div>
            <AddressLines address={address} />
          </div>
        )}
        <ChangeFulfilment order={order} />
      </Fact>
      {promise !== null && shop !== undefined && (
        <Fact label="Promised for">
          <Text component="time" dateTime={promise} fw={700} size="lg" className="number">
            {formatDayAndClock(promise, shop.timeZone)}
          </Text>
          <Text size="sm" c="dimmed">
            {requestedFor === null ? 'As soon as possible' : 'As requested'}
          </Text>
        </Fact>
      )}
      {contact !== null && (
        <Fact label="Contact">
          {contact.name !== null && (
            <div>
              <bdi>{contact.name}</bdi>
            </div>
          )}
          {contact.phone !== null && <Phone number={contact.phone} />}
        </Fact>
      )}
      {instructions !== null && (
        <Fact label="Instructions">
          <Lines text={instructions} />
        </Fact>
      )}
    </>
  );
}

function Phone({ number }: { number: string }) {
  return (
    <Anchor href={`tel:${number}`} size="sm">
      <bdi>{number}</bdi>
    </Anchor>
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
