import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { Card, SimpleGrid, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ReplyOf } from '../../shared/api.ts';
import { formatMoney, formatShortMoney } from '../../shared/money.ts';
import { CHART_HEIGHT } from './chart-height.ts';

type Activity = ReplyOf<'getActivity'>;

const hourFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const secondFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The properties that all charts share. Nothing is animated, because a number in motion is misread. */
const common = {
  h: CHART_HEIGHT,
  dataKey: 'time',
  withLegend: true,
  tickLine: 'none',
  legendProps: { verticalAlign: 'bottom', height: 32, itemSorter: null },
  xAxisProps: { minTickGap: 40, interval: 'equidistantPreserveStart' },
  yAxisProps: { width: 76, allowDecimals: false },
} as const;
const still = { isAnimationActive: false } as const;
const bars = {
  ...common,
  barProps: still,
  barChartProps: { barCategoryGap: '12%', barGap: 1 },
} as const;
const line = {
  ...common,
  curveType: 'linear',
  withDots: false,
  connectNulls: false,
  lineProps: still,
} as const;

export default function Charts({ activity }: { activity: Activity }) {
  const { hours, samples } = activity;
  const currency = hours[0]?.total.currency ?? 'GBP';
  const money = (amount: number) => formatMoney({ amount, currency });
  const byHour = hours.map(({ hour, total, captured, refunded, ...counts }) => ({
    time: hourFormat.format(new Date(hour)),
    total: total.amount,
    captured: captured.amount,
    refunded: refunded.amount,
    ...counts,
  }));
  const sum = (name: keyof Omit<(typeof byHour)[number], 'time'>) =>
    byHour.reduce((so, hour) => so + hour[name], 0);
  const bySample = samples.map(({ at, ...sample }) => ({
    time: secondFormat.format(new Date(at)),
    ...sample,
  }));
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Chart
        title="Orders by hour"
        summary={`Last 24 hours: ${sum('placed')} placed, ${sum('completed')} completed, ${sum('cancelled')} cancelled.`}
      >
        <BarChart
          {...bars}
          data={byHour}
          series={[
            { name: 'placed', label: 'Placed', color: 'blue.6' },
            { name: 'completed', label: 'Completed', color: 'teal.6' },
            { name: 'cancelled', label: 'Cancelled', color: 'red.6' },
          ]}
        />
      </Chart>
      <Chart
        title="Money by hour"
        summary={`Last 24 hours: ordered ${money(sum('total'))}, captured ${money(sum('captured'))}, refunded ${money(sum('refunded'))}.`}
      >
        <BarChart
          {...bars}
          data={byHour}
          valueFormatter={money}
          yAxisProps={{
            ...common.yAxisProps,
            tickFormatter: (amount: number) => formatShortMoney({ amount, currency }),
          }}
          series={[
            { name: 'total', label: 'Ordered', color: 'blue.6' },
            { name: 'captured', label: 'Captured', color: 'teal.6' },
            { name: 'refunded', label: 'Refunded', color: 'orange.6' },
          ]}
        />
      </Chart>
      <SampleChart title="Response time" samples={bySample} summary={latencySummary(samples)}>
        <LineChart
          {...line}
          data={bySample}
          valueFormatter={(ms) => `${round(ms)} ms`}
          series={[
            { name: 'latencyP50Ms', label: 'Median', color: 'blue.6' },
            { name: 'latencyP99Ms', label: '99th percentile', color: 'orange.6' },
          ]}
        />
      </SampleChart>
      <SampleChart title="Requests" samples={bySample} summary={requestsSummary(samples)}>
        <LineChart
          {...line}
          data={bySample}
          valueFormatter={(count) => `${round(count)}/s`}
          series={[{ name: 'requestsPerSecond', label: 'Per second', color: 'blue.6' }]}
        />
      </SampleChart>
      <SampleChart title="Queue depth" samples={bySample} summary={queueSummary(samples)}>
        <LineChart
          {...line}
          data={bySample}
          series={[{ name: 'queueDepth', label: 'Open jobs', color: 'grape.6' }]}
        />
      </SampleChart>
      <SampleChart title="Relay lag" samples={bySample} summary={lagSummary(samples)}>
        <LineChart
          {...line}
          data={bySample}
          valueFormatter={(seconds) => `${round(seconds)} s`}
          series={[{ name: 'relayLagSeconds', label: 'Oldest event', color: 'grape.6' }]}
        />
      </SampleChart>
    </SimpleGrid>
  );
}

interface ChartProps {
  readonly title: string;
  /** What the chart shows, in words: for people who cannot see it or are in a hurry. */
  readonly summary: string;
  readonly children: ReactNode;
}

function Chart({ title, summary, children }: ChartProps) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="md" className="number">
        {summary}
      </Text>
      {children}
    </Card>
  );
}

/** Shows the samples that this server has taken since its start. */
function SampleChart({ samples, ...chart }: ChartProps & { readonly samples: readonly unknown[] }) {
  if (samples.length > 0) return <Chart {...chart} />;
  return (
    <Chart {...chart} summary="The first sample is taken 15 seconds after the start.">
      <div style={{ height: CHART_HEIGHT }} />
    </Chart>
  );
}

type Samples = Activity['samples'];

function latencySummary(samples: Samples): string {
  const last = samples.findLast(({ latencyP99Ms }) => latencyP99Ms !== null);
  if (last === undefined) return 'No requests yet.';
  return `Latest: p50 ${round(last.latencyP50Ms ?? 0)} ms, p99 ${round(last.latencyP99Ms ?? 0)} ms.`;
}

function requestsSummary(samples: Samples): string {
  return `This server. Latest: ${round(samples.at(-1)?.requestsPerSecond ?? 0)} a second.`;
}

function queueSummary(samples: Samples): string {
  const depth = samples.at(-1)?.queueDepth ?? null;
  return depth === null ? 'The database did not respond.' : `All queues. Latest: ${depth}.`;
}

function lagSummary(samples: Samples): string {
  const lag = samples.at(-1)?.relayLagSeconds ?? null;
  return lag === null
    ? 'The database did not respond.'
    : `Latest: the oldest has waited ${round(lag)} s.`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
