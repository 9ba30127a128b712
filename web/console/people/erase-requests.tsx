import { Badge, Paper, Text, Title } from '@mantine/core';
import { useId } from 'react';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import { BlockCell, BlockRow, BlockTable } from '../parts/block-table.tsx';
import { PageFoot, usePages } from '../parts/pages.tsx';
import { formatDate, toShopDate } from '../parts/shop-clock.ts';
import { Timestamp } from '../parts/timestamp.tsx';
import { DataButtons } from '../privacy/data-buttons.tsx';

type EraseRequest = ItemOf<'listEraseRequests'>;

const NONE = 'Nobody has asked.';

/** Returns who has asked to be erased, the next one due first. */
export function useEraseRequests() {
  return usePages(['erase-requests'], (cursor) =>
    readBody(api.GET('/api/erase-requests', { params: { query: cursor } })),
  );
}

interface EraseRequestsProps {
  readonly requests: ReturnType<typeof useEraseRequests>;
  /** The shop's. */
  readonly timeZone: string;
}

/** Lists who has asked to be erased. Renders nothing if nobody has. */
export function EraseRequests({ requests, timeZone }: EraseRequestsProps) {
  const id = useId();
  if (requests.error === null && (requests.items ?? []).length === 0) return null;
  return (
    <Paper withBorder component="section" aria-labelledby={id} p="md" mb="lg">
      <Title order={2} size="h4" id={id}>
        Asked to be erased
      </Title>
      <Text c="dimmed" size="sm" mb="xs">
        Erase them by the day that is stated, once their orders have ended.
      </Text>
      <BlockTable
        caption="Who has asked to be erased, the next one due first"
        headings={['Who', 'Asked', 'Due by']}
        withActions
      >
        {requests.items?.map((request) => (
          <Row key={request.user.id} request={request} timeZone={timeZone} />
        ))}
      </BlockTable>
      <PageFoot query={requests} empty={NONE} />
    </Paper>
  );
}

interface RowProps {
  readonly request: EraseRequest;
  readonly timeZone: string;
}

function Row({ request: { user, requestedAt, dueAt }, timeZone }: RowProps) {
  const who = user.name || (user.email ?? 'A customer');
  const dueMs = Date.parse(dueAt);
  return (
    <BlockRow>
      <BlockCell>
        <Text size="sm" fw={600}>
          <bdi>{who}</bdi>
        </Text>
        {user.email !== null && user.email !== who && (
          <Text size="sm" c="dimmed">
            {user.email}
          </Text>
        )}
      </BlockCell>
      <BlockCell label="Asked">
        <Timestamp at={requestedAt} />
      </BlockCell>
      <BlockCell label="Due by">
        <Text component="time" dateTime={dueAt} size="sm" className="one-line">
          {formatDate(toShopDate(dueMs, timeZone))}
        </Text>{' '}
        {dueMs < serverClock.nowMs() && (
          <Badge color="red" variant="light">
            Overdue
          </Badge>
        )}
      </BlockCell>
      <BlockCell>
        <DataButtons userId={user.id} who={who} justify="end" />
      </BlockCell>
    </BlockRow>
  );
}
