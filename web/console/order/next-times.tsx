import { Button, Group, Text } from '@mantine/core';
import { HoldfastError } from '../../shared/api.ts';
import { serverClock } from '../../shared/fetch-reply.ts';
import { formatMoment, toShopDate, toShopTime } from '../parts/shop-clock.ts';
import type { FulfilmentDraft } from './fulfilment-draft.ts';

interface NextTimesProps {
  readonly error: unknown;
  readonly timeZone: string;
  readonly set: (change: Partial<FulfilmentDraft>) => void;
}

/** Offers the times that the server names when it refuses one. Renders nothing without any. */
export function NextTimes({ error, timeZone, set }: NextTimesProps) {
  const times = findNextTimes(error);
  if (times.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        The next times
      </Text>
      <Group gap="xs">
        {times.map((at) => (
          <Button
            key={at}
            variant="default"
            className="number"
            onClick={() =>
              set({
                isAsap: false,
                date: toShopDate(Date.parse(at), timeZone),
                time: toShopTime(Date.parse(at), timeZone),
                at,
              })
            }
          >
            {formatMoment(at, timeZone, serverClock.nowMs())}
          </Button>
        ))}
      </Group>
    </div>
  );
}

function findNextTimes(error: unknown): readonly string[] {
  if (!(error instanceof HoldfastError)) return [];
  const { nextTimes } = error.problem as { readonly nextTimes?: unknown };
  return Array.isArray(nextTimes) ? nextTimes.map(String) : [];
}
