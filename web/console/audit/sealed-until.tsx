import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type ItemOf, readBody } from '../../shared/api.ts';
import { formatWhole } from '../../shared/whole-number.ts';
import { formatDateAndTime, formatExactly } from '../parts/shop-clock.ts';

/** Seals follow each other by a minute or so. */
const REFRESH_MS = 60_000;

/** Says until when the log and the audit are sealed. */
export function SealedUntil({ timeZone }: { timeZone: string }) {
  const { data } = useQuery({
    queryKey: ['log-seals'],
    queryFn: () =>
      readBody(api.GET('/api/operations/log-seals', { params: { query: { limit: 1 } } })),
    refetchInterval: REFRESH_MS,
  });
  return (
    // Its line is there before it is known, so that nothing moves.
    <Text size="sm" mb="md" className="one-text-line">
      {data !== undefined && <Newest seal={data.data[0]} timeZone={timeZone} />}
    </Text>
  );
}

interface NewestProps {
  readonly seal: ItemOf<'listLogSeals'> | undefined;
  readonly timeZone: string;
}

function Newest({ seal, timeZone }: NewestProps) {
  if (seal === undefined) return 'Nothing is sealed yet.';
  return (
    <>
      Sealed up to{' '}
      <time dateTime={seal.at} title={formatExactly(seal.at, timeZone)}>
        <bdi>{formatDateAndTime(seal.at, timeZone)}</bdi>
      </time>
      , seal {formatWhole(seal.number)}
    </>
  );
}
