import { performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { SampleView } from './activity-schemas.ts';
import { createLatencies } from './latencies.ts';
import { withDeadline } from './with-deadline.ts';

const EVERY_MS = 15_000;
/** Three hours of samples: some 100 kB. */
const SAMPLES_MAX = 720;
/** A database that hangs leaves a gap only in its own series. */
const READ_TIMEOUT_MS = 1_000;

/** Samples of this server over the last hours, kept in memory for people without Prometheus. */
export interface Sampler {
  /** Records one answered request. Costs some fifty nanoseconds. */
  observe(durationSeconds: number): void;
  start(): void;
  stop(): void;
  /** Ends the current interval, as the timer does. */
  take(): Promise<void>;
  /** Oldest first. */
  samples(): readonly SampleView[];
}

export interface SamplerDependencies {
  readonly readQueueDepth: () => Promise<number>;
  readonly readLagSeconds: () => Promise<number>;
  readonly clock?: Clock;
  /** Monotonic. */
  readonly elapsedMs?: () => number;
}

export function createSampler(deps: SamplerDependencies): Sampler {
  const { clock = systemClock, elapsedMs = () => performance.now() } = deps;
  const latencies = createLatencies();
  const samples: SampleView[] = [];
  let startedAtMs = elapsedMs();
  let timer: NodeJS.Timeout | undefined;

  async function takeSample(): Promise<void> {
    const nowMs = elapsedMs();
    const seconds = (nowMs - startedAtMs) / 1_000;
    const measured = {
      at: clock.now().toISOString(),
      requestsPerSecond: seconds > 0 ? Math.round((latencies.count / seconds) * 10) / 10 : 0,
      latencyP50Ms: latencies.percentileMs(0.5),
      latencyP99Ms: latencies.percentileMs(0.99),
    };
    latencies.clear();
    startedAtMs = nowMs;
    const [queueDepth, relayLagSeconds] = await Promise.all([
      readOrNull(deps.readQueueDepth),
      readOrNull(deps.readLagSeconds),
    ]);
    samples.push({ ...measured, queueDepth, relayLagSeconds });
    if (samples.length > SAMPLES_MAX) samples.shift();
  }

  return {
    observe: latencies.observe,
    start() {
      timer ??= setInterval(takeSample, EVERY_MS).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    take: takeSample,
    samples: () => samples,
  };
}

function readOrNull(read: () => Promise<number>): Promise<number | null> {
  return withDeadline(
    READ_TIMEOUT_MS,
    read().catch(() => null),
    null,
  );
}
