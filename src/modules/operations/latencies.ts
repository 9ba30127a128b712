const SHORTEST_SECONDS = 0.000_1;
const GROWTH = 1.1;
/** The last one ends at 18 s, longer than any request may take. */
const BUCKETS = 128;

/** Durations of one interval, counted in buckets that grow by a tenth, so a percentile is accurate to a tenth. */
export interface Latencies {
  observe(seconds: number): void;
  readonly count: number;
  /** Returns the limit below which `share` of the durations lie, in milliseconds; null if there were none. */
  percentileMs(share: number): number | null;
  clear(): void;
}

export function createLatencies(): Latencies {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  return {
    observe(seconds) {
      const bucket = Math.ceil(Math.log(seconds / SHORTEST_SECONDS) / Math.log(GROWTH));
      counts[Math.min(Math.max(bucket, 0), BUCKETS - 1)]! += 1;
      count += 1;
    },
    get count() {
      return count;
    },
    percentileMs(share) {
      if (count === 0) return null;
      const wanted = Math.ceil(share * count);
      let below = 0;
      const bucket = counts.findIndex((inBucket) => {
        below += inBucket;
        return below >= wanted;
      });
      return Number((SHORTEST_SECONDS * GROWTH ** bucket * 1_000).toPrecision(3));
    },
    clear() {
      counts.fill(0);
      count = 0;
    },
  };
}
