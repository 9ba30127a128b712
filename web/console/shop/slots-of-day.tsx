import { Card, Progress, Table, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { serverClock } from '../../shared/fetch-reply.ts';
import { Problem } from '../parts/problem.tsx';
import { formatClock, toShopDate } from '../parts/shop-clock.ts';
import { slotsQuery } from '../parts/slots-query.ts';
import type { Shop } from '../parts/use-shop.ts';

const POLL_MS = 60_000;

/** Shows how full each slot of a day is. */
export function SlotsOfDay({ shop }: { readonly shop: Shop }) {
  const today = toShopDate(serverClock.nowMs(), shop.timeZone);
  const [chosen, setChosen] = useState<string | null>(null);
  const date = chosen ?? today;
  // Parcels have no slots; all other kinds share theirs.
  const type = shop.fulfilmentTypes.find((one) => one !== 'SHIPMENT');
  const { data, error } = useQuery({
    ...slotsQuery(date, type),
    refetchInterval: POLL_MS,
    placeholderData: (before) => before,
  });
  return (
    <Card withBorder component="section" aria-label="Slots of the day">
      <Title order={2} size="h4" mb="md">
        Slots of the day
      </Title>
      <TextInput
        type="date"
        label="Day"
        min={today}
        value={date}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        maw={200}
        mb="md"
      />
      <Problem error={error} />
      {data !== undefined && data.data.length === 0 && (
        <Text size="sm" c="dimmed">
          No slots that can still be ordered on this day.
        </Text>
      )}
      {data !== undefined && data.data.length > 0 && (
        <Table verticalSpacing={4} className="slots">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              <Table.Th>Orders</Table.Th>
              <Table.Th ta="end">Left</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.data.map(({ start, end, available }) => (
              <Table.Tr key={start}>
                <Table.Td className="number one-line">
                  {formatClock(start, shop.timeZone)} – {formatClock(end, shop.timeZone)}
                </Table.Td>
                <Table.Td w="60%">
                  <Fullness max={shop.slotOrdersMax} available={available} />
                </Table.Td>
                <Table.Td ta="end" className="number">
                  {available === null ? 'any' : available === 0 ? <b>full</b> : available}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}

function Fullness({ max, available }: { readonly max: number; readonly available: number | null }) {
  if (available === null || max === 0) return 'No limit';
  const taken = Math.max(0, max - available);
  return (
    <span className="fullness">
      <Progress
        value={(100 * taken) / max}
        color={available === 0 ? 'red.9' : 'teal.9'}
        size="md"
        flex={1}
        aria-hidden
      />
      <span className="number">
        {taken} of {max}
      </span>
    </span>
  );
}
