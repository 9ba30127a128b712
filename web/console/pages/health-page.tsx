import { SimpleGrid, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { api, readBody } from '../../shared/api.ts';
import { lazyPage } from '../../shared/lazy-page.ts';
import { CHART_HEIGHT } from '../health/chart-height.ts';
import { Dependencies } from '../health/dependencies.tsx';
import { Invariants } from '../health/invariants.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Problem } from '../parts/problem.tsx';

/** The chart code is half as large as all the rest, so it is loaded only when it is shown. */
const Charts = lazyPage(() => import('../health/charts.tsx'));

/** The interval at which the server takes its samples. */
const REFRESH_MS = 15_000;
const CHARTS = ['orders', 'money', 'latency', 'requests', 'queues', 'lag'];
/** A chart with its title, summary and frame. */
const CARD_HEIGHT = CHART_HEIGHT + 96;

export default function HealthPage() {
  const { data, error } = useQuery({
    queryKey: ['activity'],
    queryFn: () => readBody(api.GET('/api/operations/activity')),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Stack gap="lg">
      <PageTitle>Health</PageTitle>
      <Dependencies />
      <Problem error={error} />
      {data === undefined ? (
        !error && <Waiting />
      ) : (
        <Suspense fallback={<Waiting />}>
          <Charts activity={data} />
        </Suspense>
      )}
      <Invariants />
    </Stack>
  );
}

function Waiting() {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" aria-busy="true">
      {CHARTS.map((name) => (
        <Skeleton key={name} height={CARD_HEIGHT} />
      ))}
    </SimpleGrid>
  );
}
