import { Badge, Card, Group, SimpleGrid, Skeleton, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReplyOf } from '../../shared/api.ts';
import { ConnectionError, fetchReply, isJson } from '../../shared/fetch-reply.ts';
import { pathOnServer } from '../../shared/paths.ts';
import { Problem } from '../parts/problem.tsx';

type Health = ReplyOf<'getHealth'>;
type Status = Health['status'];

const REFRESH_MS = 5_000;
const NAMES_EXPECTED = 4;

const sentences: Readonly<Record<string, string>> = {
  database: 'Stores all data. Without it no orders are taken.',
  relay: 'Passes events on to mail and webhooks.',
  queue: 'Distributes background jobs.',
  redis: 'Shares rate limits and cached orders between servers.',
  mail: 'Sends mail to customers.',
  start: 'The database is migrated and the server is not stopping.',
};
const colours = { ok: 'teal', degraded: 'yellow', unavailable: 'red' } as const;
const words = { ok: 'up', degraded: 'down', unavailable: 'down' } as const;
const summaries: Readonly<Record<Status, string>> = {
  ok: 'Everything works.',
  degraded: 'Orders are taken, but another service is unavailable.',
  unavailable: 'Orders cannot be taken at the moment.',
};

/**
 * Reads the state of the server's dependencies. An unhealthy server reports it in the body of a 503, which is an answer
 * too.
 */
async function readHealth(): Promise<Health> {
  const response = await fetchReply(new Request(pathOnServer('/health')));
  if (!isJson(response)) throw new ConnectionError('a proxy responded instead of the server');
  return (await response.json()) as Health;
}

export function Dependencies() {
  const { data, error } = useQuery({
    queryKey: ['health'],
    queryFn: readHealth,
    refetchInterval: REFRESH_MS,
  });
  const checks = Object.entries(data?.checks ?? {});
  return (
    <section aria-label="Dependencies">
      <Group justify="space-between" mb="sm" mih={28}>
        <Title order={2} size="h4">
          Dependencies
        </Title>
        <Text role="status" fw={600} className={data?.status === 'ok' ? '' : 'late'}>
          {data === undefined ? '' : summaries[data.status]}
        </Text>
      </Group>
      <Problem error={error} mb="sm" />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        {data === undefined &&
          Array.from({ length: NAMES_EXPECTED }, (_, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
            <Skeleton key={place} height={96} />
          ))}
        {checks.map(([name, { status }]) => (
          <Card key={name} withBorder padding="sm" mih={96}>
            <Group justify="space-between" wrap="nowrap" mb={4}>
              <Text fw={600} tt="capitalize">
                {name}
              </Text>
              <Badge variant="light" color={colours[status]}>
                {words[status]}
              </Badge>
            </Group>
            <Text size="sm" c="dimmed">
              {sentences[name] ?? ''}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
    </section>
  );
}
