import {
  Anchor,
  Badge,
  Group,
  MultiSelect,
  Table,
  Text,
  TextInput,
  VisuallyHidden,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link } from 'wouter';
import { api, type Order, readBody } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import { ItemNames } from '../../shared/item-names.tsx';
import { findDayError, LATEST_DAY, parseDay } from '../../shared/moments.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatFulfilment } from '../parts/fulfilment.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { findPromise } from '../parts/promise.ts';
import { formatMoment } from '../parts/shop-clock.ts';
import { formatStatus, StatusBadge } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';
import { useShop } from '../parts/use-shop.ts';
import { useUrlFilters } from '../parts/use-url-filters.ts';

const statuses: readonly Order['status'][] = [
  'QUEUED',
  'PENDING',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'COMPLETED',
  'CANCELLED',
  'FAILED',
];
const paymentStatuses: readonly Order['paymentStatus'][] = [
  'UNPAID',
  'PENDING',
  'PAID',
  'FAILED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
];
const filterNames = ['search', 'status', 'paymentStatus', 'from', 'to', 'customerId'] as const;

export default function OrdersPage() {
  const { text, get: getFilter, set } = useUrlFilters<(typeof filterNames)[number]>();
  const [filters] = useDebouncedValue(text, 250);
  const orders = usePages(['orders', 'list', filters], (cursor) =>
    readBody(api.GET('/api/orders', { params: { query: { ...buildQuery(filters), ...cursor } } })),
  );
  const splitList = (list: string) => list.split(',').filter(Boolean);
  return (
    <>
      <PageTitle mb="sm">Orders</PageTitle>
      <Group align="end" mb="md">
        <TextInput
          label="Search"
          placeholder="Number, dish, SKU or e-mail"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={getFilter('search')}
          onChange={({ currentTarget }) => set('search', currentTarget.value)}
          maxLength={200}
          flex={1}
          miw={200}
          maw={320}
        />
        <MultiSelect
          label="Status"
          placeholder={getFilter('status') === '' ? 'Any' : undefined}
          data={statuses.map(option)}
          value={splitList(getFilter('status'))}
          onChange={(chosen) => set('status', chosen.join(','))}
          clearable
          w={190}
        />
        <MultiSelect
          label="Payment"
          placeholder={getFilter('paymentStatus') === '' ? 'Any' : undefined}
          data={paymentStatuses.map(option)}
          value={splitList(getFilter('paymentStatus'))}
          onChange={(chosen) => set('paymentStatus', chosen.join(','))}
          clearable
          w={190}
        />
        <TextInput
          label="From"
          type="date"
          max={LATEST_DAY}
          value={getFilter('from')}
          error={findDayError(getFilter('from'))}
          onChange={({ currentTarget }) => set('from', currentTarget.value)}
        />
        <TextInput
          label="To"
          type="date"
          max={LATEST_DAY}
          value={getFilter('to')}
          error={findDayError(getFilter('to'))}
          onChange={({ currentTarget }) => set('to', currentTarget.value)}
        />
      </Group>
      {orders.items !== undefined && (
        <Table.ScrollContainer minWidth={840}>
          <Table highlightOnHover verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Order</Table.Th>
                <Table.Th>Customer</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th>Payment</Table.Th>
                <Table.Th ta="right">Total</Table.Th>
                <Table.Th>For</Table.Th>
                <Table.Th>Placed</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {orders.items.map((order) => (
                <Row key={order.id} order={order} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageFoot query={orders} empty="No matching orders." />
    </>
  );
}

function Row({ order }: { order: Order }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Anchor component={Link} href={`/orders/${order.id}`} fw={600} className="number">
            {order.number}
          </Anchor>
          {order.vip && (
            <Badge size="sm" color="grape">
              VIP
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" lineClamp={1} maw={320}>
          <ItemNames items={order.items} />
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <bdi>{order.customer?.name || order.customer?.email || order.customer?.phone}</bdi>
        </Text>
        {order.customer?.guest && (
          <Badge size="sm" variant="light">
            Guest
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge status={order.status} />
      </Table.Td>
      <Table.Td>
        <VisuallyHidden>Payment: </VisuallyHidden>
        <StatusBadge status={order.paymentStatus} />
      </Table.Td>
      <Table.Td ta="right" className="number">
        {formatMoney(order.total)}
      </Table.Td>
      <Table.Td>
        <For order={order} />
      </Table.Td>
      <Table.Td>
        <Timestamp at={order.createdAt} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Shows how an order reaches the customer, and the promised time if it has one. */
function For({ order }: { order: Order }) {
  const { data: shop } = useShop();
  const promise = findPromise(order);
  return (
    <>
      {promise !== null && shop !== undefined && (
        <Text component="time" dateTime={promise} size="sm" fw={600} className="number one-line">
          {formatMoment(promise, shop.timeZone, serverClock.nowMs())}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {formatFulfilment(order.fulfilment.type)}
      </Text>
    </>
  );
}

function option(value: string) {
  return { value, label: formatStatus(value) };
}

/** Builds the API's query. Days become times in the browser's time zone, and the last day is included. */
function buildQuery(filters: string): Record<string, string> {
  const parameters = new URLSearchParams(filters);
  const query: Record<string, string> = {};
  for (const name of filterNames) {
    const value = parameters.get(name)?.trim();
    if (!value) continue;
    // An invalid day is sent unchanged: the server refuses it, and the refusal is shown.
    if (name === 'from') query.from = parseDay(value) ?? value;
    else if (name === 'to') query.to = parseDay(value, 1) ?? value;
    else query[name] = value;
  }
  return query;
}
