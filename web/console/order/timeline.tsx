import { Anchor, Card, Code, Collapse, Timeline as Steps, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api, type Money, type ReplyOf, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatActor } from '../parts/actor.ts';
import { Problem } from '../parts/problem.tsx';
import { formatStatus } from '../parts/status-badge.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

type Entry = ReplyOf<'getOrderHistory'>['data'][number];

/** Shows the history of an order, newest first: what happened, who did it, why, and in which request. */
export function Timeline({ orderId }: { orderId: string }) {
  const { data, error } = useQuery({
    queryKey: ['order', orderId, 'history'],
    queryFn: () =>
      readBody(api.GET('/api/orders/{id}/history', { params: { path: { id: orderId } } })),
  });
  const entries = data?.data.toReversed() ?? [];
  return (
    <Card withBorder component="section" aria-label="History">
      <Title order={2} size="h4" mb="md">
        History
      </Title>
      <Problem error={error} />
      <Steps active={entries.length} bulletSize={14} lineWidth={2}>
        {entries.map((entry) => (
          <Steps.Item key={entry.sequence} title={describeEntry(entry)}>
            <Text size="sm" c="dimmed" component="div">
              by {formatActor(entry)} · <Timestamp at={entry.at} exact span c="dimmed" />
            </Text>
            {entry.reason !== null && (
              <Text size="sm">
                “<bdi>{entry.reason}</bdi>”
              </Text>
            )}
            <Details entry={entry} />
          </Steps.Item>
        ))}
      </Steps>
    </Card>
  );
}

function Details({ entry }: { entry: Entry }) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <>
      <Anchor component="button" type="button" size="xs" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? 'Less' : 'Details'}
      </Anchor>
      <Collapse expanded={isOpen}>
        <Code block mt={4}>
          {JSON.stringify({ type: entry.type, cause: entry.cause, data: entry.data }, null, 2)}
        </Code>
      </Collapse>
    </>
  );
}

const sentences: Readonly<Record<string, string>> = {
  'order.queued': 'Accepted, waiting to be placed',
  'order.placed': 'Placed',
  'order.confirmed': 'Confirmed',
  'order.preparing': 'Being made',
  'order.ready': 'Ready',
  'order.completed': 'Handed over',
  'order.cancelled': 'Cancelled',
  'order.failed': 'Could not be placed',
  'order.rescheduled': 'Given another time',
  'order.readdressed': 'Address, contact or instructions changed',
  'order.imported': 'Imported',
  'order.forgotten': 'Personal data removed',
  'payment.initiated': 'Payment started',
  'payment.captured': 'Paid',
  'payment.failed': 'Payment failed',
  'payment.flagged': 'Payment flagged: it does not match',
  'refund.created': 'Refund started',
  'refund.succeeded': 'Refunded',
  'refund.failed': 'Refund failed',
};

function describeEntry({ type, from, to, data }: Entry): string {
  const sentence = sentences[type] ?? type;
  if (from !== null && to !== null)
    return `${sentence} (${formatStatus(from)} → ${formatStatus(to)})`;
  const { amount, total = amount } = data as { amount?: Money; total?: Money };
  return total === undefined ? sentence : `${sentence}: ${formatMoney(total)}`;
}
