import type { TimeOfProcess } from './virtual-time.ts';
import { VirtualTimer } from './virtual-time.ts';

/** A process that runs the product. Its timers are its own, and end with it. */
export class Process implements TimeOfProcess {
  readonly name: string;
  isAlive = true;
  /** Whether the system does not let it go on, as with SIGSTOP. Its connections stay open. */
  isFrozen = false;
  readonly #clock: () => number;
  readonly random: () => number;
  #timers: VirtualTimer[] = [];
  #immediates: (() => void)[] = [];

  constructor(name: string, clock: () => number, random: () => number) {
    this.name = name;
    this.#clock = clock;
    this.random = random;
  }

  get nowMs(): number {
    return this.#clock();
  }

  get goesOn(): boolean {
    return this.isAlive && !this.isFrozen;
  }

  addTimer(callback: () => void, delayMs: number, everyMs: number | null): VirtualTimer {
    const timer = new VirtualTimer(this.nowMs + Math.max(delayMs, 1), everyMs, callback);
    if (this.isAlive) this.#timers.push(timer);
    return timer;
  }

  addImmediate(callback: () => void): void {
    if (this.isAlive) this.#immediates.push(callback);
  }

  get hasImmediates(): boolean {
    return this.#immediates.length > 0;
  }

  /** Ends a tick: calls what was set with `setImmediate`. */
  tick(): void {
    const due = this.#immediates;
    this.#immediates = [];
    for (const callback of due) callback();
  }

  /** Returns when its next timer is due, infinity if it has none. */
  nextTimerAtMs(): number {
    let atMs = Number.POSITIVE_INFINITY;
    let isStale = false;
    for (const timer of this.#timers) {
      if (timer.isOver) isStale = true;
      else if (timer.dueAtMs < atMs) atMs = timer.dueAtMs;
    }
    if (isStale) this.#timers = this.#timers.filter(({ isOver }) => !isOver);
    return atMs;
  }

  /** Calls the timer that is due first. */
  fireTimer(): void {
    const due = this.#timers
      .filter(({ isOver }) => !isOver)
      .reduce((first, one) => (one.dueAtMs < first.dueAtMs ? one : first));
    if (due.everyMs === null) due.isOver = true;
    else due.dueAtMs = this.nowMs + due.everyMs;
    due.callback();
  }

  /** Ends at once, like a process that is killed. */
  kill(): void {
    this.isAlive = false;
    this.isFrozen = false;
    this.#timers = [];
    this.#immediates = [];
  }
}
