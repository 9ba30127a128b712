import { Alert, Button, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { formatDayAndClock } from '../parts/shop-clock.ts';
import { listProposedTimes, listShortages, type Refusal } from './refusals.ts';

interface RefusalListProps {
  readonly refusals: readonly Refusal[];
  readonly timeZone: string;
  /** Chooses a time that a refusal proposes. */
  onChoose(time: string): void;
}

/** Shows why the order would be refused, and the times that could be chosen instead. */
export function RefusalList({ refusals, timeZone, onChoose }: RefusalListProps) {
  return refusals.map((refusal) => {
    const times = listProposedTimes(refusal);
    const shortages = listShortages(refusal);
    return (
      <Alert
        key={refusal.code}
        color="orange"
        variant="light"
        icon={<IconAlertTriangle aria-hidden />}
      >
        <Text fw={600} size="sm">
          {refusal.title}
        </Text>
        <Text size="sm">{describe(refusal, timeZone)}</Text>
        {shortages.length > 0 && (
          <List size="sm">
            {shortages.map(({ sku, available }) => (
              <List.Item key={sku}>
                {sku}: {available > 0 ? `only ${available} left` : 'sold out'}
              </List.Item>
            ))}
          </List>
        )}
        {times.length > 0 && (
          <Group gap={6} mt="xs" role="group" aria-label="Times that can be chosen">
            {times.map((time) => (
              <Button key={time} variant="default" size="sm" px="sm" onClick={() => onChoose(time)}>
                {formatDayAndClock(time, timeZone)}
              </Button>
            ))}
          </Group>
        )}
      </Alert>
    );
  });
}

function describe(refusal: Refusal, timeZone: string): string | null {
  const { until, opensAt, detail } = refusal;
  if (typeof until === 'string') return `Until ${formatDayAndClock(until, timeZone)}.`;
  if (typeof opensAt === 'string') return `It opens at ${formatDayAndClock(opensAt, timeZone)}.`;
  if (Array.isArray(refusal.nextTimes)) return null;
  // Explanations for programs name members of the reply.
  return detail.includes('`') ? null : detail;
}
