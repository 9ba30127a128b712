import type { Database } from '../database/database.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { claimScheduleRun, endScheduleRun } from './schedule-queries.ts';
import { errorText } from './settle-attempt.ts';

/** What is done at intervals, each time by one of the servers. */
export interface Schedule {
  /** `<module>.<verb-noun>`. */
  readonly name: string;
  /** From start to start. A turn that takes longer may overlap with the next one, on another server. */
  readonly everyMs: number;
  /** True: on a new database the first turn is taken at once. Default: after an interval. */
  readonly beginsAtOnce?: boolean;
  /** Safe on several servers at once. `signal` fires when this one stops. */
  run(signal: AbortSignal): Promise<unknown>;
}

export interface SchedulesOptions {
  readonly database: Database;
  readonly schedules: readonly Schedule[];
  readonly onError: (error: unknown) => void;
}

export interface Schedules {
  start(): void;
  /** Ends after the turns that are under way. */
  stop(): Promise<void>;
}

/** Between two looks, so that clocks and rounding cannot make a server spin. */
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

  /** Gives how long it is until the next turn. */
  async function follow(schedule: Schedule, signal: AbortSignal): Promise<number> {
    let waitMs = schedule.everyMs;
    const startedAt = performance.now();
    try {
      const { name, everyMs, beginsAtOnce = false } = schedule;
      const [turn] = await claimScheduleRun(database, name, everyMs, beginsAtOnce);
      waitMs = turn?.waitMs ?? waitMs;
      if (turn?.isClaimed === true) await take(schedule, signal);
    } catch (error) {
      onError(error);
    }
    return Math.max(waitMs - (performance.now() - startedAt), WAIT_MIN_MS);
  }

  async function take(schedule: Schedule, signal: AbortSignal): Promise<void> {
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
