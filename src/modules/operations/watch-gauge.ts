import { Gauge, type Registry } from 'prom-client';
import { withDeadline } from './with-deadline.ts';

/** Reads the gauge from the database when the metrics are collected, by value of the label. */
export type ReadGauge = () => Promise<ReadonlyMap<string, number>>;

export interface WatchedGauge {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly read: ReadGauge;
}

/** A database that hangs must not hide the metrics that do not need it. */
const READ_TIMEOUT_MS = 1_000;

/** Registers a gauge that is read when the metrics are collected, and absent if its values are unknown. */
export function watchGauge(registry: Registry, { name, help, label, read }: WatchedGauge): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await withDeadline(
        READ_TIMEOUT_MS,
        read().catch(() => null),
        null,
      );
      this.reset();
      for (const [value, count] of values ?? []) this.set({ [label]: value }, count);
    },
  });
}

export interface WatchedNumber {
  readonly name: string;
  readonly help: string;
  readonly read: () => Promise<number>;
}

/** The same for a gauge of one number. */
export function watchNumber(registry: Registry, { name, help, read }: WatchedNumber): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await withDeadline(
        READ_TIMEOUT_MS,
        read().catch(() => null),
        null,
      );
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}
