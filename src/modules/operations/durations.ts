import type { Metric, Registry } from 'prom-client';

/** Records a duration of one series, that is, under one set of labels. */
export type Observe = (seconds: number) => void;

export interface DurationsOptions {
  readonly name: string;
  readonly help: string;
  /** Ascending. */
  readonly bucketsSeconds: readonly number[];
}

type Labels = Readonly<Record<string, string | number>>;

interface Series {
  readonly labels: Labels;
  /** The count of each bucket alone; one more than there are limits. */
  readonly counts: number[];
  sumSeconds: number;
}

/**
 * Creates a histogram for values observed with each request and statement. The one of prom-client finds its series by
 * hashing the labels each time, which took a twentieth of a cached read. Here a caller looks its series up once and
 * keeps it.
 */
export function createDurations(
  registry: Registry,
  { name, help, bucketsSeconds }: DurationsOptions,
): (labels: Labels) => Observe {
  const all: Series[] = [];

  function listValues({ labels, counts, sumSeconds }: Series) {
    let below = 0;
    const buckets = counts.map((count, index) => {
      below += count;
      const le = bucketsSeconds[index] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sumSeconds },
      { metricName: `${name}_count`, labels, value: below },
    ];
  }

  // The part of a metric that the registry uses; its types accept only the library's own metrics.
  const metric = {
    name,
    help,
    type: 'histogram',
    async get() {
      return { name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(listValues) };
    },
  };
  registry.registerMetric(metric as unknown as Metric);

  return (labels) => {
    const counts = new Array<number>(bucketsSeconds.length + 1).fill(0);
    const series: Series = { labels, counts, sumSeconds: 0 };
    all.push(series);
    return (seconds) => {
      let bucket = 0;
      while (bucket < bucketsSeconds.length && seconds > bucketsSeconds[bucket]!) bucket += 1;
      counts[bucket]! += 1;
      series.sumSeconds += seconds;
    };
  };
}
