import type { Database } from '../database/database.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { claimScheduleRun, endScheduleRun } from './schedule-queries.ts';
import { errorText } from './settle-attempt.ts';

/** Work done at intervals, each run by one server. */
export interface Schedule {
  /** `<module>.<verb-noun>`. */
  readonly name: string;
  /** The interval between starts. A longer run may overlap with the next one, on another server. */
  readonly everyMs: number;
  /** Whether the first run on a new database starts at once. Default: after one interval. */
  readonly runsAtStart?: boolean;
  /** Does one run. Must be safe on several servers at once. `signal` fires when this one stops. */
  run(signal: AbortSignal): Promise<unknown>;
}

export interface SchedulesOptions {
  readonly database: Database;
  readonly schedules: readonly Schedule[];
  readonly onError: (error: unknown) => void;
}

export interface Schedules {
  start(): void;
  /** Stops after the current runs. */
  stop(): Promise<void>;
}

/** The minimum wait between two checks, so that clocks and rounding cannot cause a busy loop. */
const WAIT_MIN_MS = 50;

export function createSchedules({ database, schedules, onError }: SchedulesOptions): Schedules {
  const followers = schedules.map((schedule) =>
    createRecurringTask({
      work: (signal) => follow(schedule, signal),
      retryMs: schedule.everyMs,
      onError,
      ref: true,
    }),
  );

  /** Runs the schedule if it is due, and returns the time until the next run. */
  async function follow(schedule: Schedule, signal: AbortSignal): Promise<number> {
    let waitMs = schedule.everyMs;
    const startedAt = performance.now();
    try {
      const { name, everyMs, runsAtStart = false } = schedule;
      const [next] = await claimScheduleRun(database, name, everyMs, runsAtStart);
      waitMs = next?.waitMs ?? waitMs;
      if (next?.isClaimed === true) await runClaimed(schedule, signal);
    } catch (error) {
      onError(error);
    }
    return Math.max(waitMs - (performance.now() - startedAt), WAIT_MIN_MS);
  }

  async function runClaimed(schedule: Schedule, signal: AbortSignal): Promise<void> {
    let failure: string | null = null;
    try {
      await schedule.run(signal);
    } catch (error) {
      failure = errorText(error);
      onError(error);
    }
    await endScheduleRun(database, schedule.name, failure);
  }

  return {
    start() {
      for (const follower of followers) follower.start();
    },
    async stop() {
      await Promise.all(followers.map((follower) => follower.stop()));
    },
  };
}
